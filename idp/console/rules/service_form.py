"""The registration form of a service: its fields, from the form to a document and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """`form` is "text", "block" (a text of several lines), "lines" (one value a line), "pairs" (name = value, one a line), "choice", "choices", "words" or "flag"."""

    name: str
    form: str
    label: str
    hint: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Form:
    """`new`: the values for a new service."""

    sections: tuple[Section, ...]
    new: Mapping[str, Any]

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for section in self.sections for field in section.fields)


def document_of(
    form: Mapping[str, Sequence[str]], present: Mapping[str, Any], fields: Sequence[Field]
) -> dict[str, Any]:
    """A registration document from a form; members that the form does not show stay as they are in `present`."""
    document = dict(present)
    for field in fields:
        sent = [value.strip() for value in form.get(field.name, ()) if value.strip()]
        document.pop(field.name, None)
        if field.form == "lines":
            values = [line.strip() for text in sent for line in text.splitlines() if line.strip()]
            if values:
                document[field.name] = values
        elif field.form == "pairs":
            pairs = [line.partition("=") for text in sent for line in text.splitlines() if line.strip()]
            if pairs:
                document[field.name] = {name.strip(): value.strip() for name, _, value in pairs}
        elif field.form == "choices":
            # An empty list of values means all values in the metadata, so it is left out; an empty list of claims is a choice.
            if sent or field.name != "service_claims":
                document[field.name] = sent
        elif field.form == "block":
            if sent:
                document[field.name] = "\n".join(sent[0].splitlines())
        elif field.form == "flag":
            document[field.name] = bool(sent)
        elif sent:
            document[field.name] = " ".join(sent[0].split()) if field.form == "words" else sent[0]
    return document


def values_of(document: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """The values of the form's fields for a registration."""
    return {field.name: _value(field, document.get(field.name)) for field in fields}


def _value(field: Field, value: Any) -> Any:
    if field.form == "lines":
        return "\n".join(value or ())
    if field.form == "pairs":
        return "\n".join(f"{name} = {fact}" for name, fact in (value or {}).items())
    if field.form == "flag":
        return "yes" if value else ""
    return value or ([] if field.form == "choices" else "")
