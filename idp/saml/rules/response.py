"""What a Response of an identity provider says (saml-core-2.0-os §2.3.3, §3.3.3)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Confirmation:
    """A bearer's SubjectConfirmationData. Times are epoch seconds."""

    method: str
    recipient: str | None
    in_response_to: str | None
    not_before: int | None
    not_on_or_after: int | None


@dataclass(frozen=True)
class Assertion:
    """`attributes`: name, and friendly name, → values. `context`: the authentication context's class. Times are epoch seconds."""

    id: str
    issuer: str
    name_id: str | None
    name_id_format: str | None
    confirmations: tuple[Confirmation, ...]
    not_before: int | None
    not_on_or_after: int | None
    audiences: tuple[tuple[str, ...], ...]
    authenticated_at: int | None
    session_index: str | None
    session_ends_at: int | None
    context: str | None
    attributes: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Response:
    """`status`: codes of the first and second level. `assertion`: None if the status is no success."""

    issuer: str | None
    destination: str | None
    in_response_to: str | None
    issued_at: int
    is_signed: bool
    status: tuple[str, ...]
    assertion: Assertion | None
