"""The certificates in force, and their rotation: a next one is in the metadata for months before it signs, because many service providers read metadata by hand."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from flask import current_app

from idp import deferred
from idp.audit import trail
from idp.database.engine import raise_generation, reading, transaction
from idp.database.generation import cache
from idp.durations import DAY
from idp.runtime.context import settings
from idp.saml.rules.registration import ECDSA, RSA
from idp.saml.storage import certificates as storage
from keys import rotation, sealing
from keys.keyring import NoSigningKey
from keys.rotation import KeyRecord, RotationPolicy

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from idp.saml.xml import signatures
    from idp.saml.xml.signatures import Credential
    from keys import certificates
else:
    ec = deferred.module("cryptography.hazmat.primitives.asymmetric.ec")
    rsa = deferred.module("cryptography.hazmat.primitives.asymmetric.rsa")
    x509 = deferred.module("cryptography.x509")
    signatures = deferred.module("idp.saml.xml.signatures")
    certificates = deferred.module("keys.certificates")

POLICY = RotationPolicy(publish_ahead=90 * DAY, longest_token_life=30 * DAY, signing_life=3 * 365 * DAY)


@dataclass(frozen=True)
class Certificates:
    """`by_signature`: what signs now, by its algorithm. `published`: all that may sign, for the metadata. `until`: when they must be read anew (epoch seconds)."""

    by_signature: "Mapping[str, Credential]"
    published: "tuple[x509.Certificate, ...]"
    made_at: int
    until: int | None

    @property
    def signing(self) -> "Credential":
        """What signs our metadata, and for services that ask for nothing else."""
        return self.by_signature[RSA]


def current(now: int, *signatures: str) -> Certificates:
    """The certificates in force at `now`, from memory; one that signs with each of `signatures` beside RSA. Raises NoSigningKey if none can sign."""
    values = cache().values
    known = cast(Certificates | None, values.get("certificates of SAML"))
    is_old = known is None or now < known.made_at or (known.until is not None and known.until <= now)
    if known is None or is_old or not set(signatures) <= set(known.by_signature):
        known = _known_anew(now, sorted({RSA, *signatures}))
    if lost := set(signatures) - set(known.by_signature):
        raise NoSigningKey(lost.pop())
    return known


def signer(signature: str, now: int) -> "Credential":
    """What signs with this algorithm now. Raises NoSigningKey."""
    return current(now, signature).by_signature[signature]


def _known_anew(now: int, signatures: Sequence[str]) -> Certificates:
    if not set(signatures) <= _in_use(listing()):
        # The first use: the worker may not have had its minute yet.
        _carry_out(now, lambda keys: rotation.plan(keys, now, POLICY, signatures), "worker")
    known = cache().values["certificates of SAML"] = _load(now)
    return known


def decryption_keys(now: int) -> "tuple[rsa.RSAPrivateKey, ...]":
    """The private keys of the published certificates: what was encrypted for any of them can be read."""
    rows = {row["id"]: row for row in storage.every(reading())}
    published = rotation.published([_record(row) for row in rows.values()], now)
    opened = (_opened(rows[record.kid]) for record in published)
    keys = [_read(text) for text in opened if text is not None]
    return tuple(key for key in keys if isinstance(key, rsa.RSAPrivateKey))


def ensure(now: int) -> None:
    """Carry out the steps of rotation that are due. Safe from any worker at any time."""
    _carry_out(now, lambda keys: rotation.plan(keys, now, POLICY, sorted(_in_use(keys))), "worker")


def _in_use(keys: Sequence[KeyRecord]) -> set[str]:
    return {key.alg for key in keys}


def tend(now: int) -> None:
    """Each minute: carry out what is due if there are certificates. The first is made at the first use of SAML."""
    if listing():
        ensure(now)


def rotate(actor: str, now: int) -> bool:
    """Publish a next certificate of each algorithm in use; it signs after 90 days. False if there is a next one already."""

    def steps(keys: Sequence[KeyRecord]) -> list[rotation.Step]:
        used = sorted(_in_use(keys)) or [RSA]
        return [step for alg in used for step in rotation.rotate(keys, alg, now, POLICY)]

    return _carry_out(now, steps, actor)


def listing() -> list[KeyRecord]:
    """All certificates as records, retired ones too, the oldest first."""
    return [_record(row) for row in storage.every(reading())]


def _carry_out(now: int, decide: Any, actor: str) -> bool:
    planned = decide(listing())
    if not planned:
        return False
    # A key of 3072 bits takes a second: it is made before the write lock is taken.
    host = urlsplit(settings().server.issuer).hostname or "idp"
    spares = {
        step.alg: certificates.generate(host, now, elliptic=step.alg == ECDSA)
        for step in planned
        if isinstance(step, rotation.Create)
    }
    made = False
    with transaction() as tx:
        # The generation's row lock serialises workers: the second one plans again and has nothing to do.
        raise_generation(tx)
        for step in decide([_record(row) for row in storage.every(tx)]):
            if isinstance(step, rotation.Create):
                spare = spares.get(step.alg)
                if spare is None:
                    # Another worker has changed what is due: the next minute carries it out.
                    continue
                master = current_app.extensions["master_keys"][0]
                row = {
                    "id": spare.id,
                    "signature": step.alg,
                    "certificate": base64.b64encode(spare.certificate).decode(),
                    "sealed_private": sealing.seal(master, spare.private_key, spare.id.encode()),
                    "created_at": now,
                    "published_at": now,
                    "activates_at": step.activates_at,
                }
                storage.add(tx, row)
                trail.record(tx, now, "key.create", actor, f"key:{spare.id}", alg=step.alg)
                made = True
            else:
                storage.set_times(tx, step.kid, step.activates_at, step.retires_at, step.removed_at)
                trail.record(tx, now, "key.change", actor, f"key:{step.kid}", retires_at=step.retires_at)
    return made


def _load(now: int) -> Certificates:
    rows = {row["id"]: row for row in storage.every(reading())}
    records = [_record(row) for row in rows.values()]
    signers = {
        alg: signer
        for alg in _in_use(records)
        if (signer := rotation.signer_or_next(records, alg, now)) is not None
    }
    if RSA not in signers:
        raise NoSigningKey(RSA)
    parsed = {
        record.kid: x509.load_der_x509_certificate(base64.b64decode(rows[record.kid]["certificate"]))
        for record in rotation.published(records, now)
    }
    moments = [
        moment
        for record in records
        for moment in (record.activates_at, record.retires_at, record.removed_at)
        if moment is not None and moment > now
    ]
    return Certificates(
        {
            alg: signatures.Credential(_private_key(rows[signer.kid]), parsed[signer.kid])
            for alg, signer in signers.items()
        },
        tuple(parsed.values()),
        now,
        min(moments, default=None),
    )


def _private_key(row: dict[str, Any]) -> "rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey":
    key = _read(_opened(row) or b"")
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return key


def _read(pem: bytes) -> "PrivateKeyTypes":
    # We made the key, and the seal is authenticated: nobody else can have chosen its numbers. Whether they
    # are primes that belong together takes 90 ms to ask, at each response that is encrypted for us.
    return serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)


def _opened(row: dict[str, Any]) -> bytes | None:
    """The private key; None if none of our master keys unseals it."""
    try:
        return sealing.unseal(
            current_app.extensions["master_keys"], row["sealed_private"], row["id"].encode()
        )
    except sealing.CannotUnseal:
        return None


def _record(row: dict[str, Any]) -> KeyRecord:
    return KeyRecord(
        row["id"],
        row["signature"],
        row["created_at"],
        row["published_at"],
        row["activates_at"],
        row["retires_at"],
        row["removed_at"],
        usable=_opened(row) is not None,
    )
