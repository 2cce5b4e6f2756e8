"""Approvals, incidents."""

from flask import request
from flask_babel import gettext

from idp.console import approvals, incidents, record_names
from idp.console.pages.page import Desk, back, form_of, number, page, pressed, show
from idp.console.rules.mentions import of_party
from idp.console.rules.rights import Act
from idp.console.rules.work_words import RECEIVERS
from idp.network.urls import origin_of
from idp.oidc.clients import registry
from idp.runtime.context import now
from idp.web.form_pages import Page


@page("trouble", Act.TROUBLE)
def trouble_page(desk: Desk) -> Page:
    """Destinations that fail, messages that failed, services that logout notices do not reach, running jobs."""
    if pressed() == "again":
        incidents.send_again(number("message"), desk.actor, now())
        return back("trouble")
    if pressed() == "try":
        incidents.try_now(request.form.get("destination", "")[:300], desk.actor, now())
        return back("trouble")
    present = incidents.listed(now())
    names = {client.client_id: client.registration.client_name for client in registry.every()}
    return show(
        desk,
        "trouble",
        failing=[(destination, _receiver(destination.destination)) for destination in present.failing],
        now=now(),
        lost=present.lost,
        unreachable=[
            (client, names.get(client, client), count) for client, count in present.unreachable.items()
        ],
        jobs=present.jobs,
    )


def _receiver(destination: str) -> str:
    """The receiver of a destination: its name, or the services that have registered the origin."""
    if destination in RECEIVERS:
        return str(gettext(RECEIVERS[destination]))
    names = [
        client.registration.client_name
        for client in registry.every()
        if origin_of(client.registration.backchannel_logout_uri or "") == destination
    ]
    return ", ".join(names) or destination


@page("approvals", Act.APPROVE, matters=True)
def approvals_page(desk: Desk) -> Page:
    form_page = form_of(desk, "approvals")
    with form_page:
        if pressed() in ("agree", "refuse"):
            decide = approvals.agree if pressed() == "agree" else approvals.refuse
            decide(number("approval"), desk.actor, now())
            return back("approvals")
    listed = approvals.listed()
    mentioned = [mention for row in listed for mention in of_party(row["asked_by"])]
    return form_page.show(approvals=listed, names=record_names.names_for(mentioned), me=desk.actor)
