"""Services (client applications): register by form or from a document, try, rotate the secret, suspend."""

import json
from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from idp.console import trial_login
from idp.console.pages.page import Desk, Page, back, page, pressed, show
from idp.console.rules.listings import arrange
from idp.console.rules.rights import Act
from idp.console.rules.service_form import FIELDS, NEW, document_of, values_of
from idp.console.storage import trouble
from idp.context import now, settings
from idp.database import reading
from idp.oidc import clients, registration
from idp.oidc.clients import Client
from idp.oidc.rules.metadata_reader import Fault, MetadataFaults
from idp.refusals import Refusal


@page("/academy/services", "services", Act.SERVICES)
def services(desk: Desk) -> Page:
    deaf = trouble.deaf_services(reading())
    columns: dict[str, Callable[[Client], Any]] = {
        "name": lambda one: one.registration.client_name,
        "owner": lambda one: one.owner,
        "status": lambda one: one.status,
        "last": lambda one: one.last_used_at,
        "deaf": lambda one: deaf.get(one.client_id, 0),
    }
    return show(desk, "services", listing=arrange(clients.every(), columns, request.args), deaf=deaf)


@page("/academy/services/new", "new_service", Act.SERVICES, matters=True)
def new_service(desk: Desk) -> Page:
    """The form, or a whole registration document pasted in (RFC 7591 §2)."""
    faults: list[Fault] = []
    if pressed() == "register":
        try:
            document = _document({})
            made = registration.register(document, desk.actor, now(), request.form.get("owner", ""))
            return show(desk, "service_secret", made=made, secret=made.client_secret, until=None)
        except MetadataFaults as met:
            faults = met.faults
    values = MultiDict(request.form) if faults else values_of(NEW)
    return _form(desk, "new", faults, values, {}, "", 0)


@page("/academy/services/<client_id>", "service", Act.SERVICES)
def service(desk: Desk, client_id: str) -> Page:
    client = _known(client_id)
    deaf = trouble.deaf_services(reading()).get(client_id, 0)
    shown = registration.shown(client.registration)
    text = json.dumps(shown, ensure_ascii=False, indent=2)
    return show(desk, "service", client=client, document=text, deaf=deaf, now=now())


@page("/academy/services/<client_id>/edit", "edit_service", Act.SERVICES, matters=True)
def edit_service(desk: Desk, client_id: str) -> Page:
    """Saved only over the registration that was read: two administrators never lose each other's change."""
    client, faults, refusal = _known(client_id), [], None
    present = registration.shown(client.registration)
    if pressed() == "save":
        try:
            revision = int(request.form.get("revision", "0") or 0)
            owner = request.form.get("owner", "")
            registration.replace(client_id, _document(present), desk.actor, now(), revision, owner)
            return back("service", client_id=client_id)
        except MetadataFaults as met:
            faults = met.faults
        except registration.ChangedMeanwhile:
            refusal = Refusal("K03", f"{client_id} was changed meanwhile")
    values = MultiDict(request.form) if faults else values_of(present)
    return _form(desk, client_id, faults, values, present, client.owner, client.revision, refusal)


@page("/academy/services/<client_id>/act", "service_act", Act.SERVICES, matters=True)
def service_act(desk: Desk, client_id: str) -> Page:
    """Rotate the secret, end the old one, suspend, open again, try."""
    client, act = _known(client_id), pressed()
    if act == "rotate" and client.secret_digest:
        secret = registration.rotate_secret(client_id, desk.actor, now())
        until = now() + settings().console.secret_overlap_days * 86400
        return show(desk, "service_secret", made=client, secret=secret, until=until)
    if act == "end_old":
        registration.end_previous_secret(client_id, desk.actor, now())
    elif act == "suspend":
        registration.disable(client_id, desk.actor, now())
    elif act == "enable":
        registration.enable(client_id, desk.actor, now())
    elif act == "try":
        return back("job", number=trial_login.ask(client_id, desk.actor, now()))
    return back("service", client_id=client_id)


def _form(
    desk: Desk,
    name: str,
    faults: list[Fault],
    values: Any,
    present: dict[str, Any],
    owner: str,
    revision: int,
    refusal: Refusal | None = None,
) -> Page:
    page_ = show(
        desk,
        "service_form",
        refusal,
        name=name,
        faults=faults,
        values=values,
        fields=FIELDS,
        present=present,
        owner=request.form.get("owner", owner),
        revision=revision,
    )
    return (page_[0], 422) if faults and isinstance(page_, tuple) else page_


def _document(present: dict[str, Any]) -> dict[str, Any]:
    """What was pasted, else what the form says over the members that it does not show."""
    pasted = request.form.get("document", "").strip()
    if not pasted:
        return document_of(request.form.to_dict(flat=False), present)
    try:
        document = json.loads(pasted)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise MetadataFaults([Fault("document", "is not a JSON object")])
    return document


def _known(client_id: str) -> Client:
    client = clients.find(client_id)
    if client is None:
        raise Refusal("P01", "no such client")
    return client
