"""Single logout with an upstream, in both directions (saml-profiles-2.0-os §4.4)."""

import json
from typing import TYPE_CHECKING, Any

from idp import deferred
from idp.crypto.opaque_tokens import digest
from idp.database.engine import reading, transaction
from idp.durations import HOUR
from idp.federation import logout as federated_logout
from idp.federation.upstreams import LogoutAddress
from idp.limits.storage import used_once
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED
from idp.saml import certificates
from idp.saml.assertions import new_id
from idp.saml.rules import names
from idp.saml.rules.authn_request import OLDEST, Status
from idp.settings import FederatedProvider
from idp.upstream_saml import addresses, metadata
from idp.upstream_saml.messages import signed_by, upstream_of

if TYPE_CHECKING:
    from lxml.etree import _Element

    from idp.saml import bindings
    from idp.saml.bindings import Received
    from idp.saml.xml import documents, logout, responses, signatures
    from idp.saml.xml.logout import LogoutRequest
else:
    bindings = deferred.module("idp.saml.bindings")
    documents = deferred.module("idp.saml.xml.documents")
    logout = deferred.module("idp.saml.xml.logout")
    responses = deferred.module("idp.saml.xml.responses")
    signatures = deferred.module("idp.saml.xml.signatures")

LIFETIME = 300
"""Seconds for which our request is valid."""


def address(upstream: FederatedProvider, session: str, state: str, now: int) -> LogoutAddress | None:
    """Where the browser ends the session there; None if the upstream takes no logout by the browser, or has not named the person."""
    endpoint = metadata.known(upstream, now).logout_in_browser
    values: dict[str, Any] = json.loads(session)
    if endpoint is None or values["name_id"] is None:
        return None
    named = responses.NameId(values["name_id"]["value"], values["name_id"]["format"] or names.UNSPECIFIED)
    root = logout.logout_request(
        addresses.entity_id(upstream.name),
        endpoint.location,
        named,
        values["index"],
        new_id(),
        now,
        LIFETIME,
    )
    return _carried(endpoint.binding, endpoint.location, "SAMLRequest", root, state, now)


def by_browser(name: str, received: "Received", now: int) -> LogoutAddress | None:
    """A request of the upstream by the browser: its sessions end here. Returns where our answer goes; None if nowhere. Raises Refusal."""
    upstream = upstream_of(name)
    asked, relay_state = _ended(upstream, received, addresses.logout(name), now)
    endpoint = metadata.known(upstream, now).logout_in_browser
    if endpoint is None:
        return None
    back = endpoint.response_location or endpoint.location
    root = logout.logout_response(
        addresses.entity_id(name), back, asked.id, Status(names.SUCCESS), new_id(), now
    )
    return _carried(endpoint.binding, back, "SAMLResponse", root, relay_state, now)


def _carried(
    binding: str, location: str, name: str, root: "_Element", relay_state: str | None, now: int
) -> LogoutAddress:
    """A message, signed, to `location` by redirect (saml-bindings §3.4) or by POST (§3.5)."""
    signer = certificates.current(now).signing
    if binding == names.REDIRECT:
        return LogoutAddress(bindings.redirect(location, name, root, relay_state, signer))
    message = (name, bindings.form_value(signatures.sign(root, signer, "Issuer")))
    return LogoutAddress(location, (message, *([("RelayState", relay_state)] if relay_state else [])))


def by_soap(name: str, received: "Received", now: int) -> bytes:
    """The same from server to server. Returns the envelope with our answer. Raises Refusal."""
    upstream = upstream_of(name)
    asked, _ = _ended(upstream, received, addresses.soap_logout(name), now)
    root = logout.logout_response(
        addresses.entity_id(name), "", asked.id, Status(names.SUCCESS), new_id(), now
    )
    del root.attrib["Destination"]
    return bindings.in_soap(signatures.sign(root, certificates.current(now).signing, "Issuer"))


def _ended(
    upstream: FederatedProvider, received: "Received", here: str, now: int
) -> "tuple[LogoutRequest, str | None]":
    message = signed_by(metadata.known(upstream, now), received)
    try:
        asked = logout.read_logout_request(message.root)
    except documents.XmlFault as fault:
        raise Refusal(PROVIDER_ANSWER_REFUSED, str(fault)) from fault
    skew = upstream.clock_skew
    if not now - OLDEST <= asked.issued_at <= now + skew or (asked.valid_until or now) < now - skew:
        raise Refusal(PROVIDER_ANSWER_REFUSED, "the logout request is too old, or from the future")
    by_server = here == addresses.soap_logout(upstream.name)
    if asked.destination != here and not (by_server and asked.destination is None):
        raise Refusal(PROVIDER_ANSWER_REFUSED, "the logout request is for another address")
    used = digest(f"upstream logout\0{upstream.issuer}\0{asked.id}")
    if used_once.is_used(reading(), used):
        raise Refusal(PROVIDER_ANSWER_REFUSED, "the logout request was sent before")
    for index in asked.sessions or (None,):
        federated_logout.end_sessions(upstream, asked.name_id, index, now)
    with transaction() as tx:
        used_once.use(tx, used, now + HOUR)
    return asked, message.relay_state
