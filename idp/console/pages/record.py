"""The record of acts, what waits for agreement, what goes wrong."""

from dataclasses import asdict
from datetime import UTC, date, datetime

from flask import Response, request

from idp import audit
from idp.console import approvals
from idp.console.pages.page import Desk, Page, back, number, page, pressed, show
from idp.console.rules.rights import Act
from idp.console.storage import approvals as approval_storage
from idp.console.storage import trouble
from idp.context import now
from idp.database import reading, transaction
from idp.jobs.storage import jobs
from idp.oidc import clients
from idp.refusals import Refusal

MONTH = 30 * 86400


@page("/academy/trouble", "trouble", Act.TROUBLE)
def trouble_page(desk: Desk) -> Page:
    """Messages that failed, services in trouble, jobs running: one page."""
    if pressed() == "again":
        with transaction() as tx:
            if trouble.send_again(tx, number("message"), now()):
                audit.record(tx, now(), "message.again", desk.actor, f"message:{number('message')}")
        return back("trouble")
    deaf = trouble.deaf_services(reading())
    names = {client.client_id: client.registration.client_name for client in clients.every()}
    return show(
        desk,
        "trouble",
        lost=trouble.lost_messages(reading(), now() - MONTH),
        deaf=[(client, names.get(client, client), count) for client, count in deaf.items()],
        jobs=jobs.listed(reading(), None, True, 30),
    )


@page("/academy/approvals", "approvals", Act.APPROVE, matters=True)
def approvals_page(desk: Desk) -> Page:
    refusal = None
    if pressed() in ("agree", "refuse"):
        try:
            answer = approvals.agree if pressed() == "agree" else approvals.refuse
            answer(number("approval"), desk.actor, now())
            return back("approvals")
        except Refusal as met:
            refusal = met
    return show(desk, "approvals", refusal, approvals=approval_storage.listed(reading()), me=desk.actor)


@page("/academy/audit", "audit", Act.AUDIT)
def audit_page(desk: Desk) -> Page:
    """The record of acts: search, verify, export as JSON lines."""
    values = {
        name: request.values.get(name, "").strip()[:80]
        for name in ("what", "actor", "subject", "since", "until")
    }
    before = number("before") or None
    since, until = _moment(values["since"], 0), _moment(values["until"], 86400)
    if pressed() == "export":
        if not approvals.may_export("audit", desk.actor, now()):
            approvals.do_or_ask("export", {"what": "audit"}, "audit", desk.actor, now())
            return back("approvals" if desk.may(Act.APPROVE) else "audit", asked="1")
        with transaction() as tx:
            audit.record(tx, now(), "audit.exported", desk.actor, "audit", since=since, until=until)
        text = "".join(audit.lines(reading(), since, until))
        headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"', "Cache-Control": "no-store"}
        return Response(text, mimetype="application/x-ndjson", headers=headers)
    verified = audit.first_broken(reading()) if pressed() == "verify" else None
    found = audit.search(
        reading(), values["what"], values["actor"], values["subject"], since, until, before, 51
    )
    return show(
        desk,
        "audit",
        events=[asdict(event) for event in found[:50]],
        older=found[49].number if len(found) > 50 else None,
        values=values,
        checked=pressed() == "verify",
        broken=verified,
    )


def _moment(day: str, later: int) -> int | None:
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None
    return int(datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()) + later
