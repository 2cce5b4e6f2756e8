"""The record of the request or piece of work that the present thread is busy with: its id, and what counts and logs say of it."""

import contextlib
import os
import re
from collections.abc import Iterator
from contextvars import ContextVar, Token
from dataclasses import dataclass

_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}", re.ASCII)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
"""Methods that metrics and logs name; any other is `other`."""
STEPS = {
    "oidc.begin": "authorization",
    "oidc.begin_by_form": "authorization",
    "services.resume": "login",
    "oidc.token": "token",
    "oidc.userinfo": "userinfo",
    "oidc.introspect": "introspection",
    "oidc.revoke": "revocation",
    "oidc.push": "pushed_request",
    "oidc.device_authorization": "device_authorization",
    "oidc.register": "registration",
    "oidc.configure": "registration",
    "oidc.end_session": "logout",
    "cas.begin": "authorization",
    "cas.begin_by_form": "authorization",
    "cas.logout": "logout",
    "cas.validate_in_two_lines": "ticket",
    "cas.service_validate": "ticket",
    "cas.proxy_validate": "ticket",
    "cas.saml_validate": "ticket",
    "cas.proxy": "ticket",
    "saml.begin": "authorization",
    "saml.begin_by_form": "authorization",
    "saml.open_service": "authorization",
    "saml.logout": "logout",
    "saml.logout_by_soap": "logout",
}
"""The step of the protocol that an endpoint serves."""
GRANTS = {
    "authorization_code": "token_code",
    "refresh_token": "token_refresh",
    "urn:ietf:params:oauth:grant-type:device_code": "token_device",
}
"""The step of each grant type at the token endpoint."""


@dataclass(slots=True)
class Record:
    """A request. `outcome`: the name of the refusal, the OAuth error code, or what was answered (`code`).

    `client`: the registered client that was identified. `hashing`: seconds in the hashing pool.
    """

    id: str
    endpoint: str | None = None
    step: str | None = None
    client: str | None = None
    outcome: str | None = None
    hashing: float = 0.0

    def outcome_of(self, status: int) -> str:
        """The outcome, or what the status says: `ok` or `error`."""
        return self.outcome or ("ok" if status < 400 else "error")


_present: ContextVar[Record | None] = ContextVar("idp_request", default=None)


def present() -> Record | None:
    """The record of this thread's request or work; None outside of both."""
    return _present.get()


def request_id() -> str:
    """The id of this thread's request; empty outside of requests."""
    record = _present.get()
    return record.id if record is not None else ""


def new_id() -> str:
    return os.urandom(8).hex()


def is_well_formed(text: str) -> bool:
    """Whether a proxy's request id can be taken: 8 to 64 letters, digits and `._:-`, so that it is safe in logs and headers."""
    return _WELL_FORMED.fullmatch(text) is not None


@contextlib.contextmanager
def begun(record: Record | None = None) -> Iterator[Record]:
    """`record`, or a new one, is the present record within the block."""
    record = record or Record(new_id())
    token = enter(record)
    try:
        yield record
    finally:
        leave(token)


def enter(record: Record) -> Token[Record | None]:
    """`record` is the present record until `leave`: `begun` without its cost, for the requests."""
    return _present.set(record)


def leave(token: Token[Record | None]) -> None:
    _present.reset(token)


def note_client(client: str) -> None:
    """A registered client was identified."""
    if (record := _present.get()) is not None:
        record.client = client


def note_outcome(outcome: str) -> None:
    """What the request comes to, in a word of our own code: an OAuth error code, or `code`."""
    if (record := _present.get()) is not None:
        record.outcome = outcome


def note_grant(grant_type: str | None) -> None:
    """The grant type of a token request, as it was sent."""
    if (record := _present.get()) is not None:
        record.step = GRANTS.get(grant_type or "", "token_other")
