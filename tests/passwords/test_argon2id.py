"""Argon2id by libsodium and by the reference implementation: the same strings (RFC 9106)."""

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type, hash_secret

from idp.passwords.argon2id import Argon2id

PASSWORDS = ["Cerises-Rouges-1789", "été à la plage", "nul\0inside", "x" * 4096]
OURS = Argon2id(2, 64, 1)


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("parallelism", [1, 2])
def test_each_implementation_verifies_the_other(password: str, parallelism: int) -> None:
    reference = PasswordHasher(2, 64, parallelism)
    hasher = Argon2id(2, 64, parallelism)
    assert reference.verify(hasher.hash(password), password)
    assert OURS.verify(reference.hash(password), password)
    assert not OURS.verify(reference.hash(password), password + "x")
    assert not OURS.verify(hasher.hash(password), password[:-1])


def test_the_vector_of_a_known_salt() -> None:
    """The reference implementation's own string, made with a fixed salt."""
    encoded = hash_secret(b"password", b"somesalt-sixteen", 2, 64, 1, 32, Type.ID).decode()
    assert encoded.startswith("$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQtc2l4dGVlbg$")
    assert OURS.verify(encoded, "password") and not OURS.verify(encoded, "Password")


def test_two_hashes_of_a_password_differ() -> None:
    assert OURS.hash("a") != OURS.hash("a")


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "x",
        "$argon2id$",
        "$2b$12$abcdefghijklmnopqrstuv",
        "x" * 300,
        "$argon2id$v=19$m=8,t=1,p=1$AA$é",
        "\ud800",
    ],
)
def test_what_is_no_hash_verifies_nothing(stored: str) -> None:
    assert not OURS.verify(stored, "x")


def test_a_password_that_is_no_text_verifies_nothing() -> None:
    assert not OURS.verify(OURS.hash("x"), "\ud800")


@pytest.mark.parametrize(
    ("cost", "outdated"), [((2, 64, 1), False), ((3, 64, 1), True), ((2, 128, 1), True), ((2, 64, 2), True)]
)
def test_a_hash_with_other_parameters_is_outdated(cost: tuple[int, int, int], outdated: bool) -> None:
    assert OURS.is_outdated(Argon2id(*cost).hash("x")) is outdated
    assert OURS.is_outdated("no hash")
