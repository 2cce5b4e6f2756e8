"""The protocols by which people sign in to services. Each package of a protocol registers itself when the application is made.

`SignInRequest` is the authorization in hand: what a service asks for, in any protocol. The steps of the login, the consent and
the dispatcher know this value alone; the protocol makes it, and sends its own answer.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from flask import Flask, current_app
from werkzeug.wrappers import Response

from idp.database.engine import Connection
from idp.services.rules.service import Service
from idp.signin.pending import Pending
from idp.signin.rules.steps import Asked
from idp.signin.sessions import Session


class SignInRequest(ABC):
    """A validated request of a service, and the live session of the browser that sent it."""

    session: Session | None
    protocol: ClassVar[str]
    """The name of the protocol, and of its requests that wait (`Pending.kind`)."""

    is_device: bool = False
    """Whether the person signs in for a device, which has no address to return to."""

    @property
    @abstractmethod
    def service(self) -> Service: ...

    @property
    @abstractmethod
    def is_silent(self) -> bool:
        """Whether no page may be shown: prompt=none, gateway, IsPassive."""

    @property
    @abstractmethod
    def kinds(self) -> tuple[str, ...]:
        """The kinds of information that the service will receive, for consent."""

    @property
    def shown_kinds(self) -> tuple[str, ...]:
        """Those of `kinds` that the signed-in person can have."""
        return self.kinds

    @property
    def consent_is_shown(self) -> bool:
        """Whether the consent page is shown even if the person has consented before."""
        return False

    @property
    def hints(self) -> tuple[str, ...]:
        """Upstreams to which the service wants to lead straight on, the preferred first (`idp.federation.upstreams.hinted`)."""
        return ()

    @property
    @abstractmethod
    def return_origin(self) -> str:
        """The origin of the address that the browser returns to; empty if there is none."""

    @abstractmethod
    def asked(self, now: int) -> Asked:
        """The demands on the login. prompt=login, renew and ForceAuthn are `prompt=("login",)`."""

    @abstractmethod
    def to_text(self) -> str:
        """The request as text, to wait in a cookie; `ServiceProtocol.waiting` reads it."""

    @abstractmethod
    def answer(self, waiting: Pending | None, now: int) -> Response:
        """Answer the service: no step is owed. A waiting request is answered once (Refusal R04)."""

    @abstractmethod
    def refuse(self, error: str, description: str) -> Response:
        """Send an error to the service; `error` is of `Step.silent_error` or `access_denied` (OAuth), which the protocol translates."""

    @abstractmethod
    def decline_in(self, tx: Connection, waiting: Pending | None, now: int) -> None:
        """The person declines: mark the request as answered, once. Raises Refusal R04. `waiting`: None if nobody is signed in."""

    @abstractmethod
    def declined(self) -> Response:
        """Return to the service after `decline_in`."""


@dataclass(frozen=True)
class Ended:
    """A session that has ended. `subject`: the account's own."""

    sid: str
    account: int
    subject: str


@dataclass(frozen=True)
class Participant:
    """A service that takes part in a session.

    `notice`: where it is notified from server to server; `frame`: an address to which the browser carries the notice instead
    (`ServiceProtocol.in_browser` completes it), in a form if `by_form`. None: not this way.
    `session_index`, `person`: how the protocol names the session and the person to this service.
    """

    protocol: str
    service: Service
    notice: str | None
    frame: str | None
    session_index: str = ""
    person: str = ""
    by_form: bool = False

    @property
    def service_id(self) -> str:
        return self.service.id


@dataclass(frozen=True)
class InBrowser:
    """A notice that the browser carries to a service: it loads `address` in a frame, or posts `fields` there into one.

    `answers_here`: the service's answer comes back to an address of ours, within the frame.
    """

    service: Service
    address: str
    fields: tuple[tuple[str, str], ...] = ()
    answers_here: bool = False


class ServiceProtocol(ABC):
    """What a protocol contributes to logins, logouts and pages about services."""

    name: str

    @abstractmethod
    def waiting(self, waiting: Pending, now: int) -> SignInRequest:
        """The request that waited, validated again with the current registration. Raises Refusal."""

    @abstractmethod
    def service(self, service_id: str) -> Service | None:
        """A registered service of this protocol; None if there is none with this id."""

    @abstractmethod
    def kinds(self, service_id: str, scope: tuple[str, ...], person_kind: str) -> tuple[str, ...]:
        """The kinds of information that a service receives about a kind of person, by the words of a stored consent or grant."""

    def opened_here(self, profile: str) -> list[tuple[Service, str]]:
        """Services that our own pages open for people of a profile: the service, and the address of ours that opens it."""
        return []

    @abstractmethod
    def participants(self, connection: Connection, sid: str) -> list[Participant]:
        """The services of this protocol in a session."""

    def in_browser(self, participant: Participant, now: int) -> InBrowser:
        """The notice to a participant with a `frame`. Outside transactions: it may have to be signed."""
        return InBrowser(participant.service, participant.frame or "")

    @abstractmethod
    def tell_in(self, tx: Connection, participant: Participant, ended: Ended, now: int) -> int | None:
        """Queue a notice to a participant; the outbox message, None if it has no address for notices."""

    @abstractmethod
    def end_in(self, tx: Connection, sid: str, now: int) -> None:
        """Revoke what was issued in the session."""

    @abstractmethod
    def leave_in(self, tx: Connection, account: int, subject: str, service_id: str, now: int) -> None:
        """The person withdraws a service of this protocol: revoke what it has, and tell it the end of its sessions."""


def register_protocol(app: Flask, protocol: ServiceProtocol) -> None:
    """Add a protocol to the application."""
    app.extensions.setdefault("protocols", {})[protocol.name] = protocol


def every_protocol() -> list[ServiceProtocol]:
    """The protocols of this application."""
    return list(_protocols().values())


def protocol_of(name: str) -> ServiceProtocol | None:
    """The protocol with this name; None for logins of our own pages."""
    return _protocols().get(name)


def find_service(service_id: str) -> tuple[ServiceProtocol, Service] | None:
    """A service of any protocol, active or suspended."""
    for protocol in every_protocol():
        if (service := protocol.service(service_id)) is not None:
            return protocol, service
    return None


def _protocols() -> dict[str, ServiceProtocol]:
    protocols: dict[str, ServiceProtocol] = current_app.extensions["protocols"]
    return protocols
