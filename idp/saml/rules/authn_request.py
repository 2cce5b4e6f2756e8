"""An authentication request: what it asks + the registration → an answer that may be given, or a refusal (saml-core-2.0-os §3.4.1, saml-profiles-2.0-os §4.1.4.1).

Until the address for the answer is known to be registered, a fault is a page; after that it is a status for the service.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from idp.saml.rules import names
from idp.saml.rules.service_provider import Endpoint, ServiceProvider, consumer_for
from idp.services.rules.hints import in_order

OLDEST = 300
"""Seconds after which a request is refused."""
SKEW = 180
"""Seconds by which the service's clock may be ahead."""
FORMATS = (names.PERSISTENT, names.TRANSIENT, names.EMAIL, names.UNSPECIFIED)


@dataclass(frozen=True)
class AuthnRequest:
    """`contexts` are the authentication context classes of RequestedAuthnContext, `comparison` how they are compared.

    `providers`: entity ids of the identity providers that the service names (§3.4.1.3), the preferred first. `proxied`: whether
    another provider than ours may be asked (§3.4.1.2, ProxyCount). Times are epoch seconds.
    """

    id: str
    issuer: str
    issued_at: int
    destination: str | None = None
    force_authn: bool = False
    is_passive: bool = False
    consumer_location: str | None = None
    consumer_index: int | None = None
    binding: str | None = None
    name_id_format: str | None = None
    name_qualifier: str | None = None
    contexts: tuple[str, ...] = ()
    comparison: str = "exact"
    is_signed: bool = False
    providers: tuple[str, ...] = ()
    proxied: bool = True


@dataclass(frozen=True)
class Status:
    """A status code of the first and second level (saml-core §3.2.2.2), and a sentence for the service's log."""

    code: str
    detail: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class Judged:
    """`fault` is for a page: nothing is sent to the service. `status` is for the service, at `consumer`. Neither: the person may sign in."""

    consumer: Endpoint | None = None
    fault: str | None = None
    status: Status | None = None


def judge(request: AuthnRequest, provider: ServiceProvider, our_location: str, now: int) -> Judged:
    """Whether the request can be answered, and where. The signature has been verified before, where there was one."""
    if provider.valid_until is not None and provider.valid_until <= now:
        return Judged(fault="the service's metadata has expired")
    if provider.signs_requests and not request.is_signed:
        return Judged(fault="the request is not signed")
    if request.destination is not None and request.destination != our_location:
        return Judged(fault="the request is for another address")
    if request.is_signed and request.destination is None:
        # saml-bindings §3.4.5.2 and §3.5.5.2: a signed message must name its destination.
        return Judged(fault="the signed request names no destination")
    if not now - OLDEST <= request.issued_at <= now + SKEW:
        return Judged(fault="the request is too old, or from the future")
    consumer = consumer_for(provider, request.consumer_location, request.consumer_index, request.binding)
    if consumer is None:
        return Judged(fault="the answer's address is not registered")
    return Judged(consumer, status=_refusal(request, provider))


def _refusal(request: AuthnRequest, provider: ServiceProvider) -> Status | None:
    if request.name_id_format not in (None, names.ENTITY, *FORMATS) or request.name_id_format == names.ENTITY:
        return Status(names.REQUESTER, names.INVALID_NAME_ID_POLICY, "unknown format of the name identifier")
    if request.name_qualifier not in (None, provider.entity_id):
        return Status(names.REQUESTER, names.INVALID_NAME_ID_POLICY, "affiliations are not supported")
    if request.comparison not in ("exact", "minimum", "better", "maximum"):
        return Status(
            names.REQUESTER, names.REQUEST_UNSUPPORTED, "unknown comparison of authentication contexts"
        )
    return None


def hints(
    request: AuthnRequest, in_address: str | None, registered: str | None, our_entity: str
) -> tuple[str, ...]:
    """The upstreams to lead straight on to, the preferred first: of the address, of the request, of the registration.

    None if the request allows no other provider, and none behind our own entity id: the service names us as the provider.
    """
    if not request.proxied:
        return ()
    if our_entity in request.providers:
        before = request.providers[: request.providers.index(our_entity)]
        return in_order(in_address, *before)
    return in_order(in_address, *request.providers, registered)


def name_id_format(request: AuthnRequest, provider: ServiceProvider) -> str:
    """The format of the answer's name identifier: the request's, else the first of the metadata that is served, else transient."""
    if request.name_id_format not in (None, names.UNSPECIFIED):
        assert request.name_id_format is not None
        return request.name_id_format
    return next((known for known in provider.name_id_formats if known in FORMATS), names.TRANSIENT)


def accepted_levels(
    contexts: Sequence[str], comparison: str, levels: Sequence[tuple[str, str]]
) -> tuple[str, ...] | None:
    """The levels that satisfy a RequestedAuthnContext (saml-core §3.3.2.2.1); None if none does, () if nothing is asked.

    `levels`: pairs of an authentication context class and our level, the weakest first.
    """
    if not contexts or names.UNSPECIFIED_CONTEXT in contexts:
        return ()
    places = {context: place for place, (context, _) in enumerate(levels)}
    asked = [places[context] for context in contexts if context in places]
    if not asked:
        return None
    lowest, highest = min(asked), max(asked)
    accepted = {
        "exact": asked,
        "minimum": range(lowest, len(levels)),
        "better": range(highest + 1, len(levels)),
        "maximum": range(highest + 1),
    }[comparison]
    return tuple(level for place, (_, level) in enumerate(levels) if place in accepted) or None
