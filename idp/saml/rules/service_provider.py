"""A service provider as its metadata describes it (saml-metadata-2.0-os §2.4.4), and which of its addresses an answer may go to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from idp.saml.rules.names import POST


@dataclass(frozen=True)
class Endpoint:
    """`response_location`: where answers go, if not to `location` (saml-metadata §2.2.2). `index` is that of an assertion consumer service."""

    binding: str
    location: str
    response_location: str | None = None
    index: int | None = None
    is_default: bool = False


@dataclass(frozen=True)
class RequestedAttribute:
    """An attribute that a service asks for in its metadata (saml-metadata §2.4.4.2)."""

    name: str
    required: bool


@dataclass(frozen=True)
class ServiceProvider:
    """`signing` and `encryption` are DER certificates. `categories`: entity categories. `valid_until`: epoch seconds, None without an end."""

    entity_id: str
    assertion_consumers: tuple[Endpoint, ...]
    logout: tuple[Endpoint, ...] = ()
    signing: tuple[bytes, ...] = field(default=(), repr=False)
    encryption: tuple[bytes, ...] = field(default=(), repr=False)
    name_id_formats: tuple[str, ...] = ()
    signs_requests: bool = False
    wants_signed_assertions: bool = False
    requested: tuple[RequestedAttribute, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    categories: tuple[str, ...] = ()
    valid_until: int | None = None


def consumer_for(
    provider: ServiceProvider, location: str | None, index: int | None, binding: str | None
) -> Endpoint | None:
    """The registered address for an answer; None if the request asks for one that is not registered.

    An exact comparison, as for redirect URIs (saml-core §3.4.1: the responder must make sure that the address belongs to the requester).
    """
    answerable = [endpoint for endpoint in provider.assertion_consumers if endpoint.binding == POST]
    if binding not in (None, POST) or (location is not None and index is not None):
        return None
    if location is not None:
        return next((endpoint for endpoint in answerable if endpoint.location == location), None)
    if index is not None:
        return next((endpoint for endpoint in answerable if endpoint.index == index), None)
    return next(
        (endpoint for endpoint in answerable if endpoint.is_default), answerable[0] if answerable else None
    )


def logout_endpoint(provider: ServiceProvider, bindings: Sequence[str]) -> Endpoint | None:
    """The first logout address among `bindings`, in their order."""
    return next(
        (endpoint for binding in bindings for endpoint in provider.logout if endpoint.binding == binding),
        None,
    )
