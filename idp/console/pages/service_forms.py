"""The registration form of a service of any protocol: what was sent, and the page."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from idp.console.pages.page import Desk, form_of
from idp.console.rules.service_form import Field, Form, document_of, values_of
from idp.refusals import Refusal
from idp.services.rules.registration_reader import Fault, MetadataFaults
from idp.web.form_pages import Page
from idp.web.sent_fields import typed, unsent


def sent_document(fields: Sequence[Field], present: Mapping[str, Any]) -> dict[str, Any]:
    """The pasted document; else the form's fields, and the present values of members that it does not show. Raises MetadataFaults."""
    pasted = request.form.get("document", "").strip()
    if not pasted:
        return document_of(request.form.to_dict(flat=False), present, fields)
    try:
        document = json.loads(pasted)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise MetadataFaults([Fault("document", "is not a JSON object")])
    return document


def new_form(desk: Desk, form: Form, protocol: str, faults: list[Fault]) -> Page:
    """The form of a new service; with `faults`, as it was sent."""
    values = MultiDict(request.form) if faults else unsent() or values_of(form.new, form.fields)
    return _page(desk, form, protocol, faults, values, name="new", owner=typed("owner", ""), revision=0)


def edit_form(
    desk: Desk,
    form: Form,
    protocol: str,
    faults: list[Fault],
    refusal: Refusal | None,
    present: Mapping[str, Any],
    **shown: Any,
) -> Page:
    """The form of a registered service. With a `refusal` (changed meanwhile) it has the typed values, and the saved ones beside them.

    `present`: the registration. `shown`: name, owner, revision.
    """
    refused = faults or refusal
    values = MultiDict(request.form) if refused else unsent() or values_of(present, form.fields)
    shown["owner"] = typed("owner", shown["owner"])
    saved = _saved_meanwhile(form.fields, present) if refusal else []
    return _page(desk, form, protocol, faults, values, refusal, saved=saved, **shown)


def _page(
    desk: Desk,
    form: Form,
    protocol: str,
    faults: list[Fault],
    values: Any,
    refusal: Refusal | None = None,
    **shown: Any,
) -> Page:
    form_page = form_of(desk, "service_form")
    form_page.refusal = refusal
    text, status = form_page.show(
        sections=form.sections, protocol=protocol, faults=faults, values=values, **shown
    )
    return text, 422 if faults else status


def _saved_meanwhile(fields: Sequence[Field], present: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """(label, value) of the saved fields that differ from the sent form."""
    sent = values_of(document_of(request.form.to_dict(flat=False), present, fields), fields)
    saved = values_of(present, fields)
    return [(field.label, saved[field.name]) for field in fields if saved[field.name] != sent[field.name]]
