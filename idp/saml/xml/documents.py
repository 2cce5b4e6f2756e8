"""XML from outside → an element tree, or a refusal; element trees → bytes.

A document with a DOCTYPE is refused, so no entity is expanded and nothing is fetched. Comments and processing instructions are refused
too: canonicalisation drops comments, so a name with a comment inside verifies and reads differently (CVE-2017-11427 and others).
"""

import re

from lxml import etree

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
SHIBMD = "urn:mace:shibboleth:metadata:1.0"

LARGEST_MESSAGE = 128 * 1024
"""Bytes of a request or response."""
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_DEEPEST = 50
_MOST_ELEMENTS = 2_000


class XmlFault(Exception):
    """The document cannot be used. The text is for a log and names no content."""


def parse(
    document: bytes,
    largest: int = LARGEST_MESSAGE,
    without_comments: bool = False,
    most_elements: int = _MOST_ELEMENTS,
) -> etree._Element:
    """The root element of `document`. Raises XmlFault.

    `without_comments`: comments and instructions are dropped instead of refused, before anything is read or verified. Metadata has them.
    """
    if len(document) > largest:
        raise XmlFault(f"the document has more than {largest} bytes")
    # A parser holds state of its document, and is not shared between threads.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=without_comments,
        remove_pis=without_comments,
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as fault:
        raise XmlFault("the document is not well-formed XML") from fault
    _check(root, most_elements)
    return root


def _check(root: etree._Element, most_elements: int) -> None:
    if root.getroottree().docinfo.doctype or root.getprevious() is not None or root.getnext() is not None:
        raise XmlFault("the document has a DOCTYPE, a comment or an instruction beside its root")
    ids: set[str] = set()
    for number, element in enumerate(root.iter()):
        if not isinstance(element.tag, str):
            raise XmlFault("the document has a comment, an entity or an instruction")
        if number > most_elements or sum(1 for _ in element.iterancestors()) > _DEEPEST:
            raise XmlFault("the document has too many elements")
        for name in ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id"):
            value = element.get(name)
            if value is not None:
                # A signature refers to an id: two elements of one id are how a signed element is exchanged for another.
                if value in ids:
                    raise XmlFault("two elements have the same id")
                ids.add(value)


def serialize(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def element(
    parent: etree._Element | None, namespace: str, name: str, text: str | None = None, **attributes: str
) -> etree._Element:
    """A new element, the last child of `parent` if there is one."""
    tag = f"{{{namespace}}}{name}"
    made = (
        etree.Element(tag, nsmap={_PREFIX[namespace]: namespace})
        if parent is None
        else etree.SubElement(parent, tag, nsmap={_PREFIX[namespace]: namespace})
    )
    for key, value in attributes.items():
        made.set(key, value)
    # A character that XML cannot write (XML 1.0 §2.2) is left out: a name with one in it must not stop a login.
    made.text = None if text is None else _NOT_XML.sub("", text)
    return made


def child(parent: etree._Element, namespace: str, name: str) -> etree._Element | None:
    """The only child of this name; None without any. Raises XmlFault if there are several."""
    children = parent.findall(f"{{{namespace}}}{name}")
    if len(children) > 1:
        raise XmlFault(f"{name} occurs {len(children)} times")
    return children[0] if children else None


def text(parent: etree._Element | None) -> str | None:
    """The text of an element without children, without blanks around it; None for no element or no text. Raises XmlFault."""
    if parent is None:
        return None
    if len(parent):
        raise XmlFault(f"{etree.QName(parent).localname} has elements where text is expected")
    return (parent.text or "").strip() or None


_PREFIX = {SAMLP: "samlp", SAML: "saml", MD: "md", DS: "ds", XENC: "xenc", SHIBMD: "shibmd"}
