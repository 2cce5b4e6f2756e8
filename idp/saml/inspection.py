"""What is wrong with the certificates, and with the metadata of services: for `idp doctor`."""

from idp.durations import DAY
from idp.saml import certificates, refreshing, registrations
from idp.saml.registrations import SamlService
from keys import rotation

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
        until, name = registrations.provider(service).valid_until, service.registration.name
        if service.id in refused:
            doubtful.append(f"metadata of {name}: {refused[service.id]}")
        elif until is not None and until <= now:
            doubtful.append(f"metadata of {name} has expired: its requests are refused")
        elif until is not None and until < now + ENDING:
            doubtful.append(f"metadata of {name} expires within {ENDING // DAY} days")
    mend = "Ask the service for its present metadata: idp saml refresh, or idp saml set --metadata."
    return ("; ".join(doubtful), mend) if doubtful else None


def summary(now: int) -> str:
    """Services, and a certificate that waits."""
    waiting = [record for record in certificates.listing() if record.state(now) == "next"]
    return f"{len(_active())} services of SAML{', a next certificate is published' if waiting else ''}"


def _active() -> list[SamlService]:
    return [service for service in registrations.every().values() if service.is_active]
