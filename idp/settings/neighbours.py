"""Settings of what is outside the house: mail and SMS servers, other identity providers."""

from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal

from pydantic import Field, field_validator

from idp.settings.sections import Section


class Mail(Section):
    """How mail leaves."""

    host: str = Field("localhost", description="SMTP server.")
    port: int = Field(25, ge=1, le=65535, description="SMTP port.")
    security: Literal["none", "starttls", "tls"] = Field(
        "none", description="How the connection is protected."
    )
    username: str = Field("", description="SMTP user; empty: none.")
    password: str = Field("", repr=False, description="SMTP password; give it in a file.")
    sender: str = Field(
        "EduConnect du collège <ne-pas-repondre@localhost>", description="From: of every mail."
    )
    timeout: float = Field(20.0, gt=0, description="Seconds to wait for the SMTP server.")


class Sms(Section):
    """How SMS leave: an HTTP gateway, described here so that the usual ones need no code."""

    url: str = Field("", description="Address of the gateway; empty: no SMS is offered anywhere.")
    method: Literal["POST", "PUT", "GET"] = Field("POST", description="How it is called.")
    content: Literal["json", "form"] = Field("json", description="How the fields are sent.")
    fields: dict[str, str] = Field(
        {"to": "{to}", "text": "{text}", "from": "{sender}", "id": "{id}"},
        description="What is sent: {to} is E.164, {to_digits} the same without +, {text} the message, {sender} and {id} (the same when a message is sent again) as named.",
    )
    headers: dict[str, str] = Field(
        {"Authorization": "Bearer {token}"}, description="Headers; {token} is the secret below."
    )
    token: str = Field("", repr=False, description="Secret of the gateway; give it in a file.")
    sender: str = Field("EduConnect", description="Sender that phones show, where the gateway allows one.")
    timeout: float = Field(10.0, gt=0, description="Seconds to wait for the gateway.")
    per_mobile: int = Field(3, ge=1, description="SMS that one mobile number gets within an hour at most.")
    country: str = Field(
        "FR", pattern=r"^[A-Z]{2}$", description="Country of numbers that are typed without one."
    )


class Outgoing(Section):
    """Requests to addresses that services have registered: key sets, logout notices, trial logins."""

    allowed_networks: list[str] = Field(
        [],
        description="Networks that are not public and may be called all the same, as 10.20.0.0/16; loopback for development.",
    )

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, value: list[str]) -> list[str]:
        for one in value:
            ip_network(one)
        return value

    @cached_property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The same as values to compare with."""
        return tuple(ip_network(one) for one in self.allowed_networks)


class FederatedProvider(Section):
    """Another OpenID Connect provider with which guardians may sign in."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="Its name in our addresses.")
    label: str = Field(description="What people read on its button.")
    issuer: str = Field(
        pattern=r"^https?://", description="Its issuer, exactly as its discovery document says."
    )
    client_id: str = Field(description="What it calls us.")
    client_secret: str = Field(repr=False, description="What it gave us.")
    scope: str = Field("openid", description="What is asked of it; the subject alone is used.")
    acr_values: str = Field("", description="The level that it wants to be asked for, as FranceConnect does.")
    algorithms: list[str] = Field(["RS256", "ES256"], description="Signatures that are accepted.")


class Federation(Section):
    """Login of guardians through other providers; see docs/federation.md."""

    providers: list[FederatedProvider] = Field(
        [],
        description="[[federation.providers]] tables: name, label, issuer, client_id, client_secret, scope, acr_values, algorithms. In the environment: a JSON array.",
    )
