"""Aggregates of a federation: thousands of entities in one document, of which a few are chosen (saml-metadata-2.0-os §2.3.1)."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509
from lxml import etree

from idp.saml.xml.documents import MD, XmlFault, parse
from idp.saml.xml.metadata import display_name, entity_categories
from idp.saml.xml.signatures import verified
from idp.saml.xml.times import read_time

LARGEST = 128 * 1024 * 1024
"""Bytes of an aggregate."""
_MOST_ELEMENTS = 20_000_000
_ENTITY = f"{{{MD}}}EntityDescriptor"
_ENTITIES = f"{{{MD}}}EntitiesDescriptor"
_SERVICE = f"{{{MD}}}SPSSODescriptor"


@dataclass(frozen=True)
class Listed:
    """A service provider of an aggregate, for a list."""

    entity_id: str
    name: str
    categories: tuple[str, ...]


def listed(document: bytes, category: str | None = None) -> Iterator[Listed]:
    """The service providers of an aggregate whose signature is not asked for, read as a stream. Raises XmlFault.

    `category`: an entity category that they must have.
    """
    if len(document) > LARGEST:
        raise XmlFault(f"the aggregate has more than {LARGEST} bytes")
    events = etree.iterparse(
        io.BytesIO(document),
        events=("end",),
        tag=_ENTITY,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        for _, entity in events:
            if entity.getroottree().docinfo.doctype:
                raise XmlFault("the aggregate has a DOCTYPE")
            categories = entity_categories(entity)
            if entity.find(_SERVICE) is not None and (category is None or category in categories):
                yield Listed(entity.get("entityID", ""), display_name(entity), categories)
            # What has been read is let go, and the empty elements before it.
            entity.clear()
            while (before := entity.getprevious()) is not None and (around := entity.getparent()) is not None:
                around.remove(before)
    except etree.XMLSyntaxError as fault:
        raise XmlFault("the aggregate is not well-formed XML") from fault


def signed_entity(
    document: bytes, entity_id: str, certificates: Sequence[x509.Certificate], now: int
) -> bytes:
    """The EntityDescriptor of a service in a signed document: its root, or one of an aggregate. Raises XmlFault.

    The signature is that of the root, by one of `certificates`. A document that has expired is refused; the descriptor
    inherits the end of its aggregate.
    """
    root = verified(parse(document, LARGEST, True, _MOST_ELEMENTS), certificates)
    if root.tag not in (_ENTITY, _ENTITIES):
        raise XmlFault("the document is no metadata")
    entities = [entity for entity in root.iter(_ENTITY) if entity.get("entityID") == entity_id]
    if len(entities) != 1:
        raise XmlFault("the metadata does not have this entity, or has it twice")
    [entity] = entities
    ends = [
        (read_time(end), end)
        for element in (entity, *entity.iterancestors())
        if (end := element.get("validUntil")) is not None
    ]
    if ends:
        earliest, written = min(ends)
        if earliest <= now:
            raise XmlFault("the metadata has expired")
        entity.set("validUntil", written)
    entity.tail = None
    return etree.tostring(entity, encoding="UTF-8", xml_declaration=False)
