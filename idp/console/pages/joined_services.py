"""Services of CAS and of SAML: register by form or from a document, change, suspend."""

import json

from flask import request

from idp.console import incidents
from idp.console.pages.page import Desk, back, number, page, pressed, show
from idp.console.pages.service_forms import edit_form, new_form, sent_document
from idp.console.rules.rights import Act
from idp.console.rules.service_fields import JOINED
from idp.refusals import Refusal
from idp.refusals.console import STATE_CHANGED
from idp.refusals.requests import UNKNOWN_SERVICE
from idp.runtime.context import now, settings
from idp.saml import addresses
from idp.services import registration
from idp.services.joined_services import AnyJoined, every_joined
from idp.services.registry import Registered
from idp.services.rules.registration import Registration, to_document
from idp.services.rules.registration_reader import Fault, MetadataFaults
from idp.web.form_pages import Page


@page("new_joined_service", Act.SERVICES, matters=True)
def new_joined_service(desk: Desk, protocol: str) -> Page:
    """The form, or a pasted document."""
    faults: list[Fault] = []
    form = JOINED[protocol]
    if pressed() == "register":
        try:
            document, owner = sent_document(form.fields, {}), request.form.get("owner", "")
            service_id = _protocol(protocol).register(document, desk.actor, now(), owner)
            return back("joined_service", protocol=protocol, service_id=service_id)
        except MetadataFaults as refused:
            faults = refused.faults
    return new_form(desk, form, protocol, faults)


@page("joined_service", Act.SERVICES)
def joined_service(desk: Desk, protocol: str, service_id: str) -> Page:
    service = _known(protocol, service_id)
    text = json.dumps(to_document(service.registration), ensure_ascii=False, indent=2)
    own_address = addresses.entity_id() if protocol == "saml" else f"{settings().server.issuer}/cas"
    return show(
        desk,
        "joined_service",
        registered=service,
        document=text,
        fault=_protocol(protocol).faults().get(service_id),
        unreachable=incidents.unreachable_for_logout().get(service_id, 0),
        own_address=own_address,
    )


@page("edit_joined_service", Act.SERVICES, matters=True)
def edit_joined_service(desk: Desk, protocol: str, service_id: str) -> Page:
    """Saves only over the revision that the form shows: two administrators do not overwrite each other's change."""
    service, faults, refusal = _known(protocol, service_id), [], None
    form, present = JOINED[protocol], to_document(service.registration)
    if pressed() == "save":
        try:
            revision, owner = number("revision"), request.form.get("owner", "")
            document = sent_document(form.fields, present)
            _protocol(protocol).replace(service_id, document, owner, revision, desk.actor, now())
            return back("joined_service", protocol=protocol, service_id=service_id)
        except MetadataFaults as refused:
            faults = refused.faults
        except registration.ChangedMeanwhile:
            refusal = Refusal(STATE_CHANGED, f"{service_id} was changed meanwhile")
    shown = {"name": service_id, "owner": service.owner, "revision": service.revision}
    return edit_form(desk, form, protocol, faults, refusal, present, **shown)


@page("joined_service_act", Act.SERVICES, matters=True)
def joined_service_act(desk: Desk, protocol: str, service_id: str) -> Page:
    """Suspend, open again."""
    _known(protocol, service_id)
    act = pressed()
    if act == "suspend":
        registration.disable(service_id, desk.actor, now())
    elif act == "enable":
        registration.enable(service_id, desk.actor, now())
    return back("joined_service", protocol=protocol, service_id=service_id, done=act or None)


def _protocol(name: str) -> AnyJoined:
    return every_joined()[name]


def _known(protocol: str, service_id: str) -> Registered[Registration]:
    service: Registered[Registration] | None = _protocol(protocol).registered().get(service_id)
    if service is None:
        raise Refusal(UNKNOWN_SERVICE, f"no such service of {protocol}")
    return service
