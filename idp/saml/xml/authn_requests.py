"""The element AuthnRequest → a request, and a request of ours → the element (saml-core-2.0-os §3.4.1)."""

import re
from collections.abc import Sequence
from itertools import islice

from lxml import etree

from idp.saml.rules.authn_request import AuthnRequest
from idp.saml.rules.names import ENTITY, POST
from idp.saml.xml.documents import SAML, SAMLP, XmlFault, child, element, text
from idp.saml.xml.times import read_time, write_time

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,199}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_INDEX = re.compile(r"[0-9]{1,5}")
_COUNT = re.compile(r"[0-9]{1,9}")
_LONGEST_NAME = 1024
MOST_PROVIDERS = 20
"""Entries of an IDPList that are read."""


def read_authn_request(root: etree._Element, is_signed: bool) -> AuthnRequest:
    """Raises XmlFault. Members that are not served (Conditions, Subject) are refused or ignored as saml-core §3.4.1 allows."""
    if root.tag != f"{{{SAMLP}}}AuthnRequest" or root.get("Version") != "2.0":
        raise XmlFault("the message is no AuthnRequest of SAML 2.0")
    if child(root, SAML, "Subject") is not None:
        raise XmlFault("a request for a certain person is not served")
    policy = child(root, SAMLP, "NameIDPolicy")
    context = child(root, SAMLP, "RequestedAuthnContext")
    providers, proxied = _scoping(child(root, SAMLP, "Scoping"))
    index = root.get("AssertionConsumerServiceIndex")
    if index is not None and not _INDEX.fullmatch(index):
        raise XmlFault("the index of the assertion consumer service is no number")
    return AuthnRequest(
        id=message_id(root),
        issuer=issuer(root),
        issued_at=read_time(root.get("IssueInstant", "")),
        destination=root.get("Destination"),
        force_authn=_boolean(root.get("ForceAuthn")),
        is_passive=_boolean(root.get("IsPassive")),
        consumer_location=root.get("AssertionConsumerServiceURL"),
        consumer_index=None if index is None else int(index),
        binding=root.get("ProtocolBinding"),
        name_id_format=None if policy is None else policy.get("Format"),
        name_qualifier=None if policy is None else policy.get("SPNameQualifier"),
        contexts=()
        if context is None
        else tuple(
            value
            for reference in context.iterfind(f"{{{SAML}}}AuthnContextClassRef")
            if (value := text(reference)) is not None
        ),
        comparison="exact" if context is None else context.get("Comparison", "exact"),
        is_signed=is_signed,
        providers=providers,
        proxied=proxied,
    )


def message_id(root: etree._Element) -> str:
    """The ID of a message: an XML name of at most 200 characters. Raises XmlFault."""
    value = root.get("ID", "")
    if not _ID.fullmatch(value):
        raise XmlFault("the message has no usable ID")
    return value


def issuer(root: etree._Element) -> str:
    """The entity id of the message's sender (saml-profiles §4.1.4.1: it must be there). Raises XmlFault."""
    element = child(root, SAML, "Issuer")
    value = text(element)
    if (
        element is None
        or value is None
        or len(value) > _LONGEST_NAME
        or element.get("Format", ENTITY) != ENTITY
    ):
        raise XmlFault("the message has no usable Issuer")
    return value


def _scoping(scoping: etree._Element | None) -> tuple[tuple[str, ...], bool]:
    """(entity ids of the IDPList in its order, whether a proxy may be asked) (saml-core §3.4.1.2, §3.4.1.3). Raises XmlFault.

    The list is advice: names that are too long, and those after the first MOST_PROVIDERS, are left out.
    """
    if scoping is None:
        return (), True
    count = scoping.get("ProxyCount")
    if count is not None and not _COUNT.fullmatch(count.strip()):
        raise XmlFault("ProxyCount is no number")
    listed = child(scoping, SAMLP, "IDPList")
    entries = () if listed is None else islice(listed.iterfind(f"{{{SAMLP}}}IDPEntry"), MOST_PROVIDERS)
    names = tuple(entry.get("ProviderID", "") for entry in entries)
    return tuple(name for name in names if 0 < len(name) <= _LONGEST_NAME), count is None or int(count) > 0


def _boolean(value: str | None) -> bool:
    try:
        return _BOOLEANS["false" if value is None else value.strip()]
    except KeyError as fault:
        raise XmlFault("a flag is neither true nor false") from fault


def authn_request(
    entity_id: str,
    consumer: str,
    destination: str,
    request_id: str,
    now: int,
    force: bool = False,
    name_id_format: str | None = None,
    contexts: Sequence[str] = (),
) -> etree._Element:
    """A request of ours, not yet signed. `contexts`: authentication context classes of which one is wanted."""
    root = element(
        None,
        SAMLP,
        "AuthnRequest",
        ID=request_id,
        Version="2.0",
        IssueInstant=write_time(now),
        Destination=destination,
        AssertionConsumerServiceURL=consumer,
        ProtocolBinding=POST,
    )
    if force:
        root.set("ForceAuthn", "true")
    element(root, SAML, "Issuer", entity_id)
    policy = element(root, SAMLP, "NameIDPolicy", AllowCreate="true")
    if name_id_format is not None:
        policy.set("Format", name_id_format)
    if contexts:
        wanted = element(root, SAMLP, "RequestedAuthnContext", Comparison="exact")
        for context in contexts:
            element(wanted, SAML, "AuthnContextClassRef", context)
    return root
