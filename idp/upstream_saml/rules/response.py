"""Whether a Response answers our request, now and here (saml-profiles-2.0-os §4.1.4.3, saml-core-2.0-os §2.5). Its signature has been verified."""

from dataclasses import dataclass

from idp.saml.rules import names
from idp.saml.rules.response import Assertion, Confirmation, Response

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
OLDEST = 600
"""Seconds after which a Response is refused, whatever it says itself."""
LONGEST_SUBJECT = 255


class Unacceptable(Exception):
    """The message names the part, for the log."""


class Cancelled(Exception):
    """The identity provider has not signed the person in; the message is its status."""


@dataclass(frozen=True)
class Expected:
    """`issuer`: the upstream's entity id. `audience`: ours. `consumer`: the address that took the Response. `skew`: seconds."""

    issuer: str
    audience: str
    consumer: str
    skew: int


def judge(response: Response, expected: Expected, now: int) -> str:
    """The ID of the request that is answered. Raises Unacceptable, Cancelled."""
    skew = expected.skew
    if response.issuer not in (None, expected.issuer):
        raise Unacceptable("Issuer of the response")
    # saml-bindings §3.5.5.2: a signed message must name its destination.
    if response.destination != expected.consumer and (response.is_signed or response.destination is not None):
        raise Unacceptable("Destination")
    if not now - OLDEST - skew <= response.issued_at <= now + skew:
        raise Unacceptable("IssueInstant")
    request = response.in_response_to
    if not request:
        raise Unacceptable("InResponseTo: nothing was asked for")
    if response.status[0] != names.SUCCESS:
        raise Cancelled(" ".join(response.status)[:300])
    assertion = response.assertion
    if assertion is None:
        raise Unacceptable("Assertion")
    if assertion.issuer != expected.issuer:
        raise Unacceptable("Issuer of the assertion")
    if not _is_within(assertion.not_before, assertion.not_on_or_after, now, skew):
        raise Unacceptable("Conditions")
    if not assertion.audiences or any(
        expected.audience not in restriction for restriction in assertion.audiences
    ):
        raise Unacceptable("Audience")
    if not any(_confirms(entry, request, expected, now) for entry in assertion.confirmations):
        raise Unacceptable("SubjectConfirmation")
    if assertion.authenticated_at is None or assertion.authenticated_at > now + skew:
        raise Unacceptable("AuthnInstant")
    if assertion.session_ends_at is not None and assertion.session_ends_at <= now - skew:
        raise Unacceptable("SessionNotOnOrAfter")
    return request


def _confirms(confirmation: Confirmation, request: str, expected: Expected, now: int) -> bool:
    """saml-profiles §4.1.4.3: for a bearer, here, in answer to this request, and not for ever."""
    return (
        confirmation.method == BEARER
        and confirmation.recipient == expected.consumer
        and confirmation.in_response_to == request
        and confirmation.not_on_or_after is not None
        and _is_within(confirmation.not_before, confirmation.not_on_or_after, now, expected.skew)
    )


def _is_within(begins: int | None, ends: int | None, now: int, skew: int) -> bool:
    return (begins is None or begins <= now + skew) and (ends is None or ends > now - skew)


def subject_of(assertion: Assertion, subject_attribute: str) -> str:
    """What names the person for ever: the attribute of the settings, else a persistent name identifier (saml-core §8.3.7). Raises Unacceptable."""
    if subject_attribute:
        values = set(assertion.attributes.get(subject_attribute, ()))
        value = values.pop() if len(values) == 1 else None
    else:
        value = assertion.name_id if assertion.name_id_format == names.PERSISTENT else None
    if not value or len(value) > LONGEST_SUBJECT:
        raise Unacceptable("no lasting name of the person")
    return value
