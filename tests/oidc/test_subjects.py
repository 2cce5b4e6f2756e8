"""Subjects are for ever: these values must never change, or every service loses its users."""

from idp.oidc.rules.subjects import ine_hash, pairwise_subject

KEY = b"a key that never changes, of 32+ bytes"


def test_pinned_values() -> None:
    table = {
        (
            "pronote.example",
            "0123456789abcdef0123456789abcdef",
        ): "MpTBfmY2P4FvSi1KXsP2OvbbJJ7iuPM4JamNLKbvFlo",
        (
            "portail.example",
            "0123456789abcdef0123456789abcdef",
        ): "nNn7YX9ptJ36v6cBCiNY-QHm3Ni1bWKziCfIimZzTjo",
        (
            "pronote.example",
            "ffffffffffffffffffffffffffffffff",
        ): "fTdXIv4w0-X-HpK6MZISzNkWeRfuKr-KZKwaF_ls3b0",
    }
    assert {given: pairwise_subject(KEY, *given) for given in table} == table
    assert (
        ine_hash(KEY, "pronote.example", "123456789AB")
        == "54961a749608c8d87749b1af8360aa562a5f3e822ae447755c1394afb1797c97"
    )


def test_the_hash_of_an_ine_and_a_subject_never_meet() -> None:
    assert pairwise_subject(KEY, "a", "b") != ine_hash(KEY, "a", "b")
