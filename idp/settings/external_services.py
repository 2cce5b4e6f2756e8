"""Settings of external services: mail and SMS servers, outgoing connections."""

from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal

from pydantic import Field, field_validator

from idp.settings.sections import Section


class Mail(Section):
    """Outgoing mail."""

    host: str = Field("localhost", description="SMTP server.")
    port: int = Field(25, ge=1, le=65535, description="SMTP port.")
    security: Literal["none", "starttls", "tls"] = Field(
        "none", description="How the connection is protected."
    )
    username: str = Field("", description="SMTP user; empty: none.")
    password: str = Field("", repr=False, description="SMTP password; give it in a file.")
    sender: str = Field(
        "EduConnect du collège <ne-pas-repondre@localhost>",
        description="From: of every mail; the name of the person's school is put before the name.",
    )
    reply_to_office: bool = Field(
        False,
        description="Whether answers go to the school's office (Reply-To:), where its mail address is known.",
    )
    timeout: float = Field(20.0, gt=0, description="Seconds to wait for the SMTP server.")


class Sms(Section):
    """Outgoing SMS, through an HTTP gateway that these settings describe."""

    url: str = Field("", description="Address of the gateway; empty: no SMS is offered anywhere.")
    method: Literal["POST", "PUT", "GET"] = Field("POST", description="HTTP method.")
    content: Literal["json", "form"] = Field("json", description="Encoding of the fields.")
    fields: dict[str, str] = Field(
        {"to": "{to}", "text": "{text}", "from": "{sender}", "id": "{id}"},
        description="Fields of the request: {to} is E.164, {to_digits} the same without +, {text} the message, {sender} and {id} (the same when a message is repeated).",
    )
    headers: dict[str, str] = Field(
        {"Authorization": "Bearer {token}"}, description="Headers; {token} is the secret below."
    )
    token: str = Field("", repr=False, description="Secret of the gateway; give it in a file.")
    sender: str = Field("EduConnect", description="Sender that phones show, where the gateway allows one.")
    timeout: float = Field(10.0, gt=0, description="Seconds to wait for the gateway.")
    per_mobile: int = Field(3, ge=1, description="Maximum of SMS to a mobile number within an hour.")
    country: str = Field(
        "FR",
        pattern=r"^[A-Z]{2}$",
        description="Country whose plan is tried for numbers typed without one: after those of the person's schools, before those of the French territories.",
    )


class Outgoing(Section):
    """Outgoing connections: requests to URLs registered by services, to other providers and gateways, and mail."""

    allowed_networks: list[str] = Field(
        [],
        description="Private networks that may be called, for instance 10.20.0.0/16; loopback for development.",
    )

    ca_file: str = Field(
        "",
        description="PEM file of additional trusted certificate authorities for services, other providers, the SMS gateway and the mail relay.",
    )

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, value: list[str]) -> list[str]:
        for network in value:
            ip_network(network)
        return value

    @cached_property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`allowed_networks` as values that an address is compared with."""
        return tuple(ip_network(network) for network in self.allowed_networks)
