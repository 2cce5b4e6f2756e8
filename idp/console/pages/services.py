"""Services: one table for every protocol; relying parties of OpenID Connect are registered, tried, suspended, given a new secret."""

import json

from flask import request
from flask_babel import gettext
from werkzeug.wrappers import Response

from idp.console import incidents, trial_login
from idp.console import services as every_service
from idp.console.pages.listed import numbers, table_or_file
from idp.console.pages.page import Desk, back, number, page, pressed, show
from idp.console.pages.service_forms import edit_form, new_form, sent_document
from idp.console.rules.client_fields import OIDC
from idp.console.rules.rights import Act
from idp.console.rules.service_words import CHOICES, PROTOCOLS
from idp.console.rules.tables import Column
from idp.console.services import ListedService
from idp.durations import DAY
from idp.oidc.clients import registration, registry
from idp.oidc.clients.registry import Client
from idp.people.rules.accounts import PROFILES
from idp.refusals import N_, Refusal
from idp.refusals.console import STATE_CHANGED
from idp.refusals.requests import UNKNOWN_SERVICE
from idp.runtime.context import now, settings
from idp.services.rules.registration_reader import Fault, MetadataFaults
from idp.web.form_pages import Page
from idp.web.languages import moment


def _status(service: ListedService) -> str:
    words = [gettext("Actif") if service.is_active else gettext("Suspendu")]
    return ", ".join([*words, gettext("Métadonnées refusées")] if service.fault else words)


def _profiles(service: ListedService) -> str:
    if len(service.profiles) == len(PROFILES):
        return str(gettext("Tous"))
    return ", ".join(gettext(CHOICES.get(profile, profile)) for profile in service.profiles)


def _last_login(service: ListedService) -> str:
    if service.last_used_at:
        return moment(service.last_used_at)
    return "–" if service.protocol == "oidc" else str(gettext("Non suivie"))


COLUMNS: tuple[Column[ListedService], ...] = (
    Column("name", N_("Service"), lambda service: service.name, sorts=True),
    Column("protocol", N_("Protocole"), lambda service: PROTOCOLS[service.protocol], sorts=True),
    Column("owner", N_("Responsable du service"), lambda service: service.owner or "–", sorts=True),
    Column("status", N_("État"), _status, sorts=True, value=lambda service: not service.is_active),
    Column("profiles", N_("Profils"), _profiles),
    Column(
        "last", N_("Dernière connexion"), _last_login, sorts=True, value=lambda service: service.last_used_at
    ),
    numbers("deaf", N_("Déconnexions non reçues"), lambda service: service.unreachable),
    Column("id", N_("Nom pour les machines"), lambda service: service.id, sorts=True, shown=False),
)


@page("services", Act.SERVICES)
def services(desk: Desk) -> Page:
    """The services of every protocol. The address holds the text, the protocol and the state that are searched."""
    filters = {name: request.args.get(name, "") for name in ("protocol", "status")}
    rows = [
        service
        for service in every_service.listed()
        if filters["protocol"] in ("", service.protocol)
        and filters["status"] in ("", "active" if service.is_active else "suspended")
    ]
    table = table_or_file(desk, COLUMNS, rows, "services", "services.csv", **filters)
    if isinstance(table, Response):
        return table
    return show(desk, "services", table=table, protocols=list(PROTOCOLS.items()))


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
    return back("service", client_id=client_id, done=act or None)


def _known(client_id: str) -> Client:
    client = registry.find(client_id)
    if client is None:
        raise Refusal(UNKNOWN_SERVICE, "no such client")
    return client
