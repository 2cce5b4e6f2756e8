"""Sealing, key pairs and the public JWKS."""

import json

import pytest
from joserfc import jwt

from keys import sealing
from keys.generation import generate
from keys.jwks import jwks_bytes
from keys.keyring import Keyring, NoSigningKey
from keys.rotation import ALGORITHMS, KeyRecord


@pytest.fixture
def master() -> sealing.MasterKey:
    return sealing.read_master_keys(sealing.generate_master_key())[0]


def test_a_sealed_text_is_unsealed_in_its_own_context(master: sealing.MasterKey) -> None:
    text = sealing.seal(master, b"secret", b"kid-1")
    assert b"secret" not in text.encode()
    assert sealing.unseal([master], text, b"kid-1") == b"secret"
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal([master], text, b"kid-2")


def test_a_changed_text_is_noticed(master: sealing.MasterKey) -> None:
    text = sealing.seal(master, b"secret", b"k")
    version, master_id, body = text.split(".")
    for forged in (
        f"{version}.{master_id}.{body[:-4]}AAAA",
        "x",
        "",
        f"2.{master_id}.{body}",
        "a.b.c.d",
        f"{version}.{master_id}.!",
    ):
        with pytest.raises(sealing.CannotUnseal):
            sealing.unseal([master], forged, b"k")


def test_an_old_master_key_still_unseals_beside_a_new_one(master: sealing.MasterKey) -> None:
    text = sealing.seal(master, b"secret", b"k")
    new = sealing.read_master_keys(sealing.generate_master_key())[0]
    assert sealing.unseal([new, master], text, b"k") == b"secret"
    with pytest.raises(sealing.CannotUnseal, match=master.id):
        sealing.unseal([new], text, b"k")


def test_the_same_twice_is_sealed_differently(master: sealing.MasterKey) -> None:
    assert sealing.seal(master, b"s", b"k") != sealing.seal(master, b"s", b"k")


@pytest.mark.parametrize("text", ["short", "é" * 43, "A" * 44])
def test_a_master_key_of_another_length_is_refused(text: str) -> None:
    with pytest.raises(sealing.BadMasterKey):
        sealing.read_master_keys(text)


def test_a_master_key_does_not_show_in_its_repr(master: sealing.MasterKey) -> None:
    assert repr(master.secret) not in repr(master)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_generated_key_signs_and_its_public_half_verifies(alg: str) -> None:
    made = generate(alg)
    record = KeyRecord(made.kid, alg, 0, 0, 0)
    ring = Keyring([record], {made.kid: made.private_jwk}, {made.kid: made.public_jwk}, 10)
    for number in range(20):
        token = jwt.decode(
            ring.signer(alg).jwt("at+jwt", {"n": number, "é": '"'}), ring.verification_keys, algorithms=[alg]
        )
        assert token.claims == {"n": number, "é": '"'}
        assert token.header == {"alg": alg, "kid": made.kid, "typ": "at+jwt"}


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_no_private_or_symmetric_member_is_ever_published(alg: str) -> None:
    made = generate(alg)
    leaking = {**json.loads(made.private_jwk), "kid": made.kid, "k": "x"}
    (shown,) = json.loads(jwks_bytes([leaking]))["keys"]
    assert not set(shown) & {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
    assert shown["kid"] == made.kid


def test_a_keyring_has_an_expiry() -> None:
    made, second = generate("ES256"), generate("ES256")
    records = [KeyRecord(made.kid, "ES256", 0, 0, 0, 100, 200), KeyRecord(second.kid, "ES256", 0, 0, 100)]
    private = {key.kid: key.private_jwk for key in (made, second)}
    public = {key.kid: key.public_jwk for key in (made, second)}
    assert Keyring(records, private, public, 10).until == 100
    assert Keyring(records, private, public, 100).signer("ES256").kid == second.kid
    assert Keyring(records, private, public, 250).until is None
    with pytest.raises(NoSigningKey):
        Keyring(records, private, public, 10).signer("RS256")
