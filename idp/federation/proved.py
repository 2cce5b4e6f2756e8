"""A verified answer of an upstream, in any protocol."""

from dataclasses import dataclass

from idp.federation.departure import Departure
from idp.federation.rules.assurance import Login
from idp.federation.rules.attributes import Attributes


@dataclass(frozen=True)
class Proved:
    """A verified identity. `session`: what the upstream needs at a logout: its ID token, or the name identifier with its session index.

    `session_index`: how its logout notices name the session; None: by the person alone. `logout_name`: how they name the person;
    None: by the subject.
    """

    upstream: str
    issuer: str
    subject: str
    session: str
    session_index: str | None
    attributes: Attributes
    login: Login
    departure: Departure
    logout_name: str | None = None
