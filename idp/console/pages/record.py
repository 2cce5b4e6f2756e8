"""Approvals, incidents."""

from flask import request
from flask_babel import gettext

from idp.console import approvals, incidents, record_names
from idp.console import services as every_service
from idp.console.pages.page import Desk, back, form_of, number, page, pressed, show
from idp.console.rules.causes import Sort
from idp.console.rules.mentions import of_party
from idp.console.rules.rights import Act
from idp.console.rules.work_words import RECEIVERS
from idp.console.words import service_address
from idp.runtime.context import now
from idp.web.form_pages import Page


@page("trouble", Act.TROUBLE)
def trouble_page(desk: Desk) -> Page:
    """What does not work, a card for each cause."""
    if pressed() == "again":
        for message in request.form.getlist("message")[:100]:
            incidents.send_again(int(message) if message.isdecimal() else 0, desk.actor, now())
        return back("trouble")
    if pressed() == "try":
        incidents.try_now(request.form.get("destination", "")[:300], desk.actor, now())
        return back("trouble")
    causes = incidents.listed(now())
    subjects = {service.id: (service.name, service_address(service)) for service in every_service.listed()}
    subjects |= {cause.subject: _receiver(cause.subject) for cause in causes if cause.sort is Sort.SILENT}
    return show(desk, "trouble", causes=causes, subjects=subjects, now=now())


def _receiver(destination: str) -> tuple[str, str]:
    """(name, page) of the receiver of a destination: ours, or the services that are notified there."""
    if destination in RECEIVERS:
        return str(gettext(RECEIVERS[destination])), ""
    services = every_service.at(destination)
    page_of_one = service_address(services[0]) if len(services) == 1 else ""
    return ", ".join(service.name for service in services) or destination, page_of_one


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
