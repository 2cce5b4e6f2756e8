"""Services: one table for every protocol; relying parties of OpenID Connect are registered, tried, suspended, given a new secret."""

import json
from collections.abc import Callable
from typing import Any

from flask import request

from idp.console import incidents, trial_login
from idp.console import services as every_service
from idp.console.pages.page import Desk, back, number, page, pressed, show
from idp.console.pages.service_forms import edit_form, new_form, sent_document
from idp.console.rules.client_fields import OIDC
from idp.console.rules.listings import arrange
from idp.console.rules.rights import Act
from idp.console.rules.service_words import PROTOCOLS
from idp.console.services import ListedService
from idp.durations import DAY
from idp.oidc.clients import registration, registry
from idp.oidc.clients.registry import Client
from idp.refusals import Refusal
from idp.refusals.console import STATE_CHANGED
from idp.refusals.requests import UNKNOWN_SERVICE
from idp.runtime.context import now, settings
from idp.services.rules.registration_reader import Fault, MetadataFaults
from idp.web.form_pages import Page


@page("services", Act.SERVICES)
def services(desk: Desk) -> Page:
    columns: dict[str, Callable[[ListedService], Any]] = {
        "name": lambda service: service.name,
        "protocol": lambda service: PROTOCOLS[service.protocol],
        "owner": lambda service: service.owner,
        "status": lambda service: not service.is_active,
        "last": lambda service: service.last_used_at,
        "deaf": lambda service: service.unreachable,
    }
    return show(desk, "services", listing=arrange(every_service.listed(), columns, request.args))


@page("new_service", Act.SERVICES, matters=True)
def new_service(desk: Desk) -> Page:
    """The form, or a pasted registration document (RFC 7591 §2)."""
    faults: list[Fault] = []
    if pressed() == "register":
        try:
            document = sent_document(OIDC.fields, {})
            registered = registration.register(document, desk.actor, now(), request.form.get("owner", ""))
            return show(desk, "service_secret", made=registered, secret=registered.client_secret, until=None)
        except MetadataFaults as refused:
            faults = refused.faults
    return new_form(desk, OIDC, "oidc", faults)


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
            revision = number("revision")
            owner, document = request.form.get("owner", ""), sent_document(OIDC.fields, present)
            registration.replace(client_id, document, desk.actor, now(), revision, owner)
            return back("service", client_id=client_id)
        except MetadataFaults as refused:
            faults = refused.faults
        except registration.ChangedMeanwhile:
            refusal = Refusal(STATE_CHANGED, f"{client_id} was changed meanwhile")
    shown = {"name": client_id, "owner": client.owner, "revision": client.revision}
    return edit_form(desk, OIDC, "oidc", faults, refusal, present, **shown)


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


def _known(client_id: str) -> Client:
    client = registry.find(client_id)
    if client is None:
        raise Refusal(UNKNOWN_SERVICE, "no such client")
    return client
