"""Reading a page as a browser without JavaScript would: its forms, fields and links."""

import re
from html.parser import HTMLParser
from typing import Any

_NOT_SHOWN = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL)


_GOES_ON = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]+)"')


def goes_on_to(html: str) -> str | None:
    """The address to which a page goes on at once, by itself."""
    match = _GOES_ON.search(html)
    return match[1].replace("&amp;", "&") if match else None


def visible_text(html: str) -> str:
    """What a page shows: without tags, whose random values may contain any short word."""
    return _NOT_SHOWN.sub(" ", html)


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.actions: list[str] = []
        self.names: list[set[str]] = []
        self.ids: list[str] = []
        self.elsewhere: list[tuple[str, str, str]] = []
        """(id of its form, name, value) of each field that stands outside its form (the attribute `form`)."""
        self.links: list[tuple[str, str]] = []
        self._link: str | None = None
        self._inside: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        attribute = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append({})
            self.names.append(set())
            self.actions.append(attribute.get("action", ""))
            self.ids.append(attribute.get("id", ""))
        elif tag == "a":
            self._link = attribute.get("href", "")
        elif attribute.get("form") and attribute.get("name"):
            self.elsewhere.append((attribute["form"], attribute["name"], attribute.get("value", "")))
        elif tag in ("input", "button", "select", "textarea") and self.forms and attribute.get("name"):
            self.names[-1].add(attribute["name"])
            kind = attribute.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in attribute:
                return
            if kind in ("checkbox", "hidden") and attribute["name"] in self.forms[-1]:
                value = self.forms[-1][attribute["name"]]
                self.forms[-1][attribute["name"]] = [
                    *(value if isinstance(value, list) else [value]),
                    attribute["value"],
                ]
            self.forms[-1].setdefault(attribute["name"], attribute.get("value", ""))
            self._inside = attribute["name"] if tag in ("textarea", "select") else None
        elif tag == "option" and self._inside and "selected" in attribute:
            self.forms[-1][self._inside] = attribute.get("value", "\0")

    def handle_data(self, data: str) -> None:
        if self._inside and self.forms and self.lasttag == "textarea":
            self.forms[-1][self._inside] += data
        if self._inside and self.forms and self.lasttag == "option" and self.forms[-1][self._inside] == "\0":
            self.forms[-1][self._inside] = data.strip()
        if self._link is not None and data.strip():
            self.links.append((data.strip(), self._link))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = None
        elif tag in ("textarea", "select"):
            self._inside = None


def _read(html: str) -> _Fields:
    reader = _Fields()
    reader.feed(html)
    for form, name, value in reader.elsewhere:
        place = reader.ids.index(form)
        reader.names[place].add(name)
        reader.forms[place].setdefault(name, value)
    return reader


def forms_of(html: str) -> list[tuple[str, dict[str, Any]]]:
    """(action, fields with their values) of each form, hidden ones and named buttons included."""
    reader = _read(html)
    return list(zip(reader.actions, reader.forms, strict=True))


def forms_with(html: str, names: set[str]) -> list[tuple[str, dict[str, Any]]]:
    """(action, filled fields) of the forms that have all of `names`, unchecked boxes counted."""
    reader = _read(html)
    forms = zip(reader.actions, reader.forms, reader.names, strict=True)
    return [(action, fields) for action, fields, known in forms if names <= known]


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
    return dict(_read(html).links)
