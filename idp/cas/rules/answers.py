"""What a validation comes to: who the person is, or an error code of the specification (CAS Protocol 3.0.3 §2.5.3, §2.7.2)."""

from dataclasses import dataclass, field
from enum import StrEnum

from idp.services.rules.attributes import Attributes


class Code(StrEnum):
    """Error codes of the specification; a fault of ours has the status 500 or 503 in place of INTERNAL_ERROR."""

    INVALID_REQUEST = "INVALID_REQUEST"
    INVALID_TICKET_SPEC = "INVALID_TICKET_SPEC"
    UNAUTHORIZED_SERVICE_PROXY = "UNAUTHORIZED_SERVICE_PROXY"
    INVALID_PROXY_CALLBACK = "INVALID_PROXY_CALLBACK"
    INVALID_TICKET = "INVALID_TICKET"
    INVALID_SERVICE = "INVALID_SERVICE"
    UNAUTHORIZED_SERVICE = "UNAUTHORIZED_SERVICE"


@dataclass(frozen=True)
class Failure:
    """`description` never echoes input."""

    code: Code
    description: str


@dataclass(frozen=True)
class Success:
    """`auth_time`: of the login, epoch seconds. `is_new_login`: the ticket came of a login with credentials.

    `pgtiou`: names the proxy-granting ticket that was sent to the callback. `proxies`: callbacks of the services through which
    a proxy ticket came, the last one first.
    """

    user: str
    attributes: Attributes
    auth_time: int
    is_new_login: bool
    pgtiou: str | None = None
    proxies: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Proxied:
    """A proxy ticket (§2.7.2)."""

    ticket: str


Answer = Success | Failure
