"""What is wrong with the certificates, and with the metadata of services: for `idp doctor`."""

from typing import TYPE_CHECKING

from idp import deferred
from idp.durations import DAY
from idp.runtime.context import day_of
from idp.saml import certificates, refreshing, registrations
from idp.saml.registrations import SamlService
from keys import rotation

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa
else:
    x509 = deferred.module("cryptography.x509")
    rsa = deferred.module("cryptography.hazmat.primitives.asymmetric.rsa")

LEAST_BITS = 2048
ENDING = 3 * DAY
"""Seconds before the end of a service's metadata from which it is reported."""


def fault(now: int) -> tuple[str, str] | None:
    """(what was seen, how to correct it); None if nothing is wrong."""
    records, services = certificates.listing(), _active()
    if any(not record.usable and record.state(now) != "retired" for record in records):
        mend = "secrets.master_key is not the one that sealed a certificate's key: put that one back, behind a comma."
        return "the key of a certificate cannot be unsealed", mend
    used = {record.alg for record in records}
    if services and not all(rotation.signer_or_next(records, alg, now) for alg in used):
        return (
            "a certificate that can sign is missing",
            "Start idp serve or idp worker: certificates are made there.",
        )
    doubtful, refused = [], refreshing.faults()
    for service in services:
        provider, name = registrations.provider(service), service.registration.name
        until = provider.valid_until
        if provider.signs_requests and not provider.signing:
            doubtful.append(
                f"metadata of {name} asks for signed requests and has no certificate: all are refused"
            )
        if any(_is_short(der) for der in (*provider.signing, *provider.encryption)):
            doubtful.append(f"metadata of {name} has an RSA key of less than {LEAST_BITS} bits")
        if service.id in refused:
            doubtful.append(f"metadata of {name}: {refused[service.id]}")
        elif until is not None and until <= now:
            doubtful.append(f"metadata of {name} has expired: its requests are refused")
        elif until is not None and until < now + ENDING:
            doubtful.append(f"metadata of {name} expires within {ENDING // DAY} days")
    mend = "Ask the service for its present metadata: idp saml refresh, or idp saml set --metadata."
    return ("; ".join(doubtful), mend) if doubtful else None


def _is_short(der: bytes) -> bool:
    key = x509.load_der_x509_certificate(der).public_key()
    return isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_BITS


def summary(now: int) -> str:
    """Services, and the day from which a certificate signs that waits."""
    waiting = [record for record in certificates.listing() if record.state(now) == "next"]
    following = (
        f", a next certificate signs from {day_of(waiting[0].activates_at).isoformat()}" if waiting else ""
    )
    return f"{len(_active())} services of SAML{following}"


def _active() -> list[SamlService]:
    return [service for service in registrations.every().values() if service.is_active]
