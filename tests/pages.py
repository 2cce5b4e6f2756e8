"""Reading a page as a browser without JavaScript would: its forms, fields and links."""

import re
from dataclasses import dataclass, field
from typing import Any

from lxml.html import HtmlElement as Element
from lxml.html import HTMLParser, document_fromstring

_NOT_SHOWN = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL)

_FIELDS = ("input", "button", "select", "textarea")
_GOES_ON = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]+)"')


def goes_on_to(html: str) -> str | None:
    """The address to which a page goes on at once, by itself."""
    match = _GOES_ON.search(html)
    return match[1].replace("&amp;", "&") if match else None


def visible_text(html: str) -> str:
    """What a page shows: without tags, whose random values may contain any short word."""
    return _NOT_SHOWN.sub(" ", html)


@dataclass
class _Form:
    """`names`: of all its fields, also of boxes without a tick, whose values are not sent."""

    action: str
    id: str
    fields: dict[str, Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def take(self, element: Element) -> None:
        """The value that a browser would send of a field in its first state."""
        name, value = element.get("name", ""), element.get("value", "")
        self.names.add(name)
        if element.tag == "textarea":
            value = self.fields.pop(name, "") + (element.text or "")
        elif element.tag == "select":
            for option in element.iter("option"):
                if "selected" in option.attrib:
                    self.fields[name] = option.get("value", (option.text or "").strip())
        else:
            kind = element.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in element.attrib:
                return
            if kind in ("checkbox", "hidden") and name in self.fields:
                known = self.fields[name]
                self.fields[name] = [
                    *(known if isinstance(known, list) else [known]),
                    element.attrib["value"],
                ]
        self.fields.setdefault(name, value)


def root_of(html: str) -> Element:
    """The element `html` of a page, as libxml2 reads it."""
    # huge_tree: a page of thousands of rows is read to its end. A redirect has no text, and so no form and no link.
    return document_fromstring(
        html.strip() or "<html></html>", HTMLParser(huge_tree=True, remove_comments=True, encoding="utf-8")
    )


def _read(html: str) -> list[_Form]:
    root = root_of(html)
    forms, elsewhere = [], []
    for place in root.iter("form"):
        form = _Form(place.get("action", ""), place.get("id", ""))
        forms.append(form)
        for element in place.iter(*_FIELDS):
            if element.get("name") and not element.get("form"):
                form.take(element)
    for element in root.iter(*_FIELDS):
        if element.get("name") and element.get("form"):
            elsewhere.append(element)
    # A form inside a form is none: a browser leaves it out, as libxml2 does, and sends its fields with the outer one.
    assert html.count("<form") == len(forms)
    ids = [form.id for form in forms]
    for element in elsewhere:
        form = forms[ids.index(element.get("form", ""))]
        form.names.add(element.get("name", ""))
        form.fields.setdefault(element.get("name", ""), element.get("value", ""))
    return forms


def forms_of(html: str) -> list[tuple[str, dict[str, Any]]]:
    """(action, fields with their values) of each form, hidden ones and named buttons included."""
    return [(form.action, form.fields) for form in _read(html)]


def forms_with(html: str, names: set[str]) -> list[tuple[str, dict[str, Any]]]:
    """(action, filled fields) of the forms that have all of `names`, unchecked boxes counted."""
    return [(form.action, form.fields) for form in _read(html) if names <= form.names]


def fields_of(html: str, having: str | None = None) -> dict[str, Any]:
    """The fields of the first form of the page's own content, or of the first that has the field `having`."""
    everywhere = [fields for _, fields in forms_of(html)]
    # The forms of the languages and of the search stand in the head of pages, before the page's own.
    own = [fields for fields in everywhere if "language" not in fields and fields.keys() != {"q"}]
    for fields in own if having is None else [*own, *everywhere]:
        if having is None or having in fields:
            return fields
    raise AssertionError(f"no form with {having}")


def links_of(html: str) -> dict[str, str]:
    """Text → address."""
    return {
        text.strip(): link.get("href", "")
        for link in root_of(html).iter("a")
        for text in link.itertext()
        if text.strip()
    }
