"""Service providers of SAML: register by form or from a document, change, suspend."""

import json
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from idp.console.pages.page import Desk, back, form_of, page, pressed, show
from idp.console.rules.rights import Act
from idp.console.rules.saml_form import FIELDS, NEW
from idp.console.rules.service_form import document_of, values_of
from idp.refusals import Refusal
from idp.refusals.console import STATE_CHANGED
from idp.refusals.requests import UNKNOWN_SERVICE
from idp.runtime.context import now
from idp.saml import addresses, refreshing, registrations
from idp.saml.registrations import EntityTaken, SamlService
from idp.services import registration
from idp.services.rules.registration import to_document
from idp.services.rules.registration_reader import Fault, MetadataFaults
from idp.web.form_pages import Page
from idp.web.sent_fields import typed, unsent


@page("saml_services", Act.SERVICES)
def saml_services(desk: Desk) -> Page:
    return show(
        desk, "saml_services", services=list(registrations.every().values()), refused=refreshing.faults()
    )


@page("new_saml_service", Act.SERVICES, matters=True)
def new_saml_service(desk: Desk) -> Page:
    """The form, or a pasted document."""
    faults: list[Fault] = []
    if pressed() == "register":
        try:
            owner = request.form.get("owner", "")
            service = registrations.register(_document({}), desk.actor, now(), owner)
            return back("saml_service", service_id=service)
        except MetadataFaults as refused:
            faults = refused.faults
        except EntityTaken:
            faults = [Fault("metadata", "is registered for another service")]
    values = MultiDict(request.form) if faults else unsent() or values_of(NEW, FIELDS)
    return _form(desk, "new", faults, values, "", 0)


@page("saml_service", Act.SERVICES)
def saml_service(desk: Desk, service_id: str) -> Page:
    service = _known(service_id)
    text = json.dumps(to_document(service.registration), ensure_ascii=False, indent=2)
    refused = refreshing.faults().get(service_id)
    entity_id = addresses.entity_id()
    return show(desk, "saml_service", registered=service, document=text, refused=refused, metadata=entity_id)


@page("edit_saml_service", Act.SERVICES, matters=True)
def edit_saml_service(desk: Desk, service_id: str) -> Page:
    """Saves only over the revision that the form shows: two administrators do not overwrite each other's change."""
    service, faults, refusal = _known(service_id), [], None
    present = to_document(service.registration)
    if pressed() == "save":
        try:
            revision = int(request.form.get("revision", "0") or 0)
            owner = request.form.get("owner", "")
            registrations.replace(service_id, _document(present), owner, revision, desk.actor, now())
            return back("saml_service", service_id=service_id)
        except MetadataFaults as refused:
            faults = refused.faults
        except EntityTaken:
            faults = [Fault("metadata", "is registered for another service")]
        except registration.ChangedMeanwhile:
            refusal = Refusal(STATE_CHANGED, f"{service_id} was changed meanwhile")
    values = MultiDict(request.form) if faults or refusal else unsent() or values_of(present, FIELDS)
    return _form(desk, service_id, faults, values, service.owner, service.revision, refusal)


@page("saml_service_act", Act.SERVICES, matters=True)
def saml_service_act(desk: Desk, service_id: str) -> Page:
    """Suspend, open again."""
    _known(service_id)
    act = pressed()
    if act == "suspend":
        registration.disable(service_id, desk.actor, now())
    elif act == "enable":
        registration.enable(service_id, desk.actor, now())
    return back("saml_service", service_id=service_id)


def _form(
    desk: Desk,
    name: str,
    faults: list[Fault],
    values: Any,
    owner: str,
    revision: int,
    refusal: Refusal | None = None,
) -> Page:
    form_page = form_of(desk, "service_form")
    form_page.refusal = refusal
    text, status = form_page.show(
        name=name,
        faults=faults,
        values=values,
        fields=FIELDS,
        present={},
        owner=typed("owner", owner),
        saved=[],
        revision=revision,
    )
    return text, 422 if faults else status


def _document(present: dict[str, Any]) -> dict[str, Any]:
    """The pasted document; else the form's fields, and the present values of members that it does not show."""
    pasted = request.form.get("document", "").strip()
    if not pasted:
        return document_of(request.form.to_dict(flat=False), present, FIELDS)
    try:
        document = json.loads(pasted)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise MetadataFaults([Fault("document", "is not a JSON object")])
    return document


def _known(service_id: str) -> SamlService:
    service = registrations.every().get(service_id)
    if service is None:
        raise Refusal(UNKNOWN_SERVICE, "no such service of SAML")
    return service
