"""The audit trail, approvals, incidents."""

from dataclasses import asdict
from datetime import date
from operator import itemgetter

from flask import Response, request
from flask_babel import gettext

from idp.audit import search, verification
from idp.audit.rules.verification import Fault
from idp.console import approvals, incidents, record_export
from idp.console import services as every_service
from idp.console.pages.page import Desk, back, form_of, number, page, pressed, show
from idp.console.rules.record_words import ACTS, FAULTS
from idp.console.rules.rights import Act
from idp.console.rules.work_words import RECEIVERS
from idp.runtime.context import begins_at, ends_at, now
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
    services = {service.id: service for service in every_service.listed()}
    return show(
        desk,
        "trouble",
        failing=[(destination, _receiver(destination.destination)) for destination in present.failing],
        now=now(),
        lost=present.lost,
        unreachable=[
            (services.get(service_id), service_id, count) for service_id, count in present.unreachable.items()
        ],
        refused=[service for service in services.values() if service.fault],
        jobs=present.jobs,
    )


def _receiver(destination: str) -> str:
    """The receiver of a destination: its name, or the services that have registered the origin."""
    if destination in RECEIVERS:
        return str(gettext(RECEIVERS[destination]))
    return ", ".join(every_service.names_at(destination)) or destination


@page("approvals", Act.APPROVE, matters=True)
def approvals_page(desk: Desk) -> Page:
    form_page = form_of(desk, "approvals")
    with form_page:
        if pressed() in ("agree", "refuse"):
            decide = approvals.agree if pressed() == "agree" else approvals.refuse
            decide(number("approval"), desk.actor, now())
            return back("approvals")
    return form_page.show(approvals=approvals.listed(), me=desk.actor)


@page("audit", Act.AUDIT)
def audit_page(desk: Desk) -> Page:
    """The audit trail: search, verify, export as JSON lines."""
    values = {
        name: request.values.get(name, "").strip()[:80]
        for name in ("what", "actor", "subject", "since", "until")
    }
    before = number("before") or None
    first, last = _day(values["since"]), _day(values["until"])
    since, until = begins_at(first) if first else None, ends_at(last) if last else None
    if pressed() == "export":
        if not approvals.may_export("audit", desk.actor, now()):
            approvals.do_or_ask("export", {"what": "audit"}, "audit", desk.actor, now())
            return back("approvals" if desk.may(Act.APPROVE) else "audit", asked="1")
        text = "".join(record_export.export(since, until, desk.actor, now()))
        headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"', "Cache-Control": "no-store"}
        return Response(text, mimetype="application/x-ndjson", headers=headers)
    report = verification.verify() if pressed() == "verify" else None
    events = search.search(values["what"], values["actor"], values["subject"], since, until, before, 51)
    return show(
        desk,
        "audit",
        events=[asdict(event) for event in events[:50]],
        older=events[49].id if len(events) > 50 else None,
        values=values,
        acts=sorted(((act, gettext(word)) for act, word in ACTS.items()), key=itemgetter(1)),
        report=report,
        faults=[_describe(fault) for fault in report.faults[:5]] if report else [],
    )


def _describe(fault: Fault) -> str:
    return str(gettext(FAULTS[fault.kind], **asdict(fault)))


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
