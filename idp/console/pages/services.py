"""Services (client applications): register by form or from a document, try, rotate the secret, suspend."""

import json
from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from idp.console import incidents, trial_login
from idp.console.pages.page import Desk, back, form_of, page, pressed, show
from idp.console.rules.listings import arrange
from idp.console.rules.rights import Act
from idp.console.rules.service_form import FIELDS, NEW, document_of, values_of
from idp.durations import DAY
from idp.oidc.clients import registration, registry
from idp.oidc.clients.registry import Client
from idp.refusals import Refusal
from idp.refusals.console import STATE_CHANGED
from idp.refusals.requests import UNKNOWN_SERVICE
from idp.runtime.context import now, settings
from idp.services.rules.registration_reader import Fault, MetadataFaults
from idp.web.form_pages import Page
from idp.web.sent_fields import typed, unsent


@page("services", Act.SERVICES)
def services(desk: Desk) -> Page:
    unreachable = incidents.unreachable_for_logout()
    columns: dict[str, Callable[[Client], Any]] = {
        "name": lambda client: client.registration.client_name,
        "owner": lambda client: client.owner,
        "status": lambda client: client.status,
        "last": lambda client: client.last_used_at,
        "deaf": lambda client: unreachable.get(client.client_id, 0),
    }
    return show(
        desk, "services", listing=arrange(registry.every(), columns, request.args), unreachable=unreachable
    )


@page("new_service", Act.SERVICES, matters=True)
def new_service(desk: Desk) -> Page:
    """The form, or a pasted registration document (RFC 7591 §2)."""
    faults: list[Fault] = []
    if pressed() == "register":
        try:
            document = _document({})
            registered = registration.register(document, desk.actor, now(), request.form.get("owner", ""))
            return show(desk, "service_secret", made=registered, secret=registered.client_secret, until=None)
        except MetadataFaults as refused:
            faults = refused.faults
    values = MultiDict(request.form) if faults else unsent() or values_of(NEW)
    return _form(desk, "new", faults, values, {}, "", 0)


@page("service", Act.SERVICES)
def service(desk: Desk, client_id: str) -> Page:
    client = _known(client_id)
    unreachable = incidents.unreachable_for_logout().get(client_id, 0)
    document = registration.shown(client.registration)
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return show(desk, "service", client=client, document=text, unreachable=unreachable, now=now())


@page("edit_service", Act.SERVICES, matters=True)
def edit_service(desk: Desk, client_id: str) -> Page:
    """Saves only over the revision that the form shows: two administrators do not overwrite each other's change."""
    client, faults, refusal = _known(client_id), [], None
    present = registration.shown(client.registration)
    if pressed() == "save":
        try:
            revision = int(request.form.get("revision", "0") or 0)
            owner = request.form.get("owner", "")
            registration.replace(client_id, _document(present), desk.actor, now(), revision, owner)
            return back("service", client_id=client_id)
        except MetadataFaults as refused:
            faults = refused.faults
        except registration.ChangedMeanwhile:
            refusal = Refusal(STATE_CHANGED, f"{client_id} was changed meanwhile")
    # After a concurrent change the form keeps the typed values, and shows the saved ones beside them.
    values = MultiDict(request.form) if faults or refusal else unsent() or values_of(present)
    return _form(desk, client_id, faults, values, present, client.owner, client.revision, refusal)


@page("service_act", Act.SERVICES, matters=True)
def service_act(desk: Desk, client_id: str) -> Page:
    """Rotate the secret, end the old one, suspend, open again, try."""
    client, act = _known(client_id), pressed()
    if act == "rotate" and client.secret_digest:
        secret = registration.rotate_secret(client_id, desk.actor, now())
        until = now() + settings().console.secret_overlap_days * DAY
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
    form_page = form_of(desk, "service_form")
    form_page.refusal = refusal
    text, status = form_page.show(
        name=name,
        faults=faults,
        values=values,
        fields=FIELDS,
        present=present,
        owner=typed("owner", owner),
        saved=_saved_meanwhile(present) if refusal else [],
        revision=revision,
    )
    return text, 422 if faults else status


def _saved_meanwhile(present: dict[str, Any]) -> list[tuple[str, Any]]:
    """(label, value) of the saved fields that differ from the sent form."""
    saved, sent = values_of(present), values_of(document_of(request.form.to_dict(flat=False), present))
    return [(field.label, saved[field.name]) for field in FIELDS if saved[field.name] != sent[field.name]]


def _document(present: dict[str, Any]) -> dict[str, Any]:
    """The pasted document; else the form's fields, and the present values of members that it does not show."""
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
    client = registry.find(client_id)
    if client is None:
        raise Refusal(UNKNOWN_SERVICE, "no such client")
    return client
