"""The academy: its schools, its people, its keys, what goes wrong, what waits for agreement."""

import json
from dataclasses import asdict

from flask import Response, request

from idp import audit
from idp.console import approvals, key_costs, personal_data
from idp.console.pages.page import Desk, Page, back, number, page, pressed, show
from idp.console.rules.people_query import read_query
from idp.console.rules.rights import EVERYBODY, FAMILIES, Act, Role
from idp.console.storage import approvals as approval_storage
from idp.console.storage import erasure, numbers, search, trouble
from idp.console.storage import staff as staff_storage
from idp.context import now
from idp.database import reading, transaction
from idp.jobs.storage import jobs
from idp.oidc import clients, initial_tokens, signing
from idp.people import letters, schools
from idp.people.storage import accounts
from idp.refusals import Refusal

MONTH = 30 * 86400


@page("/academy", "academy", Act.SEE_ACADEMY)
def academy(desk: Desk) -> Page:
    """Every school, how far it is; and one search over everybody."""
    text, refusal = request.args.get("q", ""), None
    found = []
    if text and desk.may(Act.SEE_PEOPLE):
        kinds = EVERYBODY if desk.may(Act.PERSONAL_DATA) else FAMILIES
        found = search.in_academy(reading(), read_query(text, ()), kinds)
    if pressed() == "school":
        try:
            if not desk.may(Act.ADMINISTRATORS):
                raise Refusal("K01", "may not name schools")
            name, office = request.form.get("name", "").strip(), request.form.get("office", "").strip()
            if not name or len(name) > 200:
                raise Refusal("K08", "no name", field="nom")
            schools.name_school(request.form.get("uai", "").strip().upper(), name, office, now(), desk.actor)
            return back("academy")
        except schools.NoSuchSchool:
            refusal = Refusal("K08", "no UAI", field="UAI")
        except Refusal as met:
            refusal = met
    return show(desk, "academy", refusal, schools=numbers.by_school(reading()), text=text, found=found)


@page("/academy/people/<int:account>", "academy_person", Act.SEE_PEOPLE)
def academy_person(desk: Desk, account: int) -> Page:
    """Somebody of any school: where to act on them, and what is held on them."""
    one = accounts.by_id(reading(), account)
    if one is None or (one.kind == "staff" and not desk.may(Act.PERSONAL_DATA)):
        raise Refusal("K02", "no such account")
    return show(
        desk,
        "academy_person",
        one=one,
        schools=staff_storage.schools_of_person(reading(), one.person_id),
        facts=erasure.facts(reading(), one.person_id),
        kept=personal_data.why_kept(one, now()),
        now=now(),
    )


@page("/academy/people/<int:account>/data", "person_data", Act.PERSONAL_DATA, matters=True)
def person_data(desk: Desk, account: int) -> Page:
    """Export, hold, erase."""
    one, refusal = accounts.by_id(reading(), account), None
    if one is None:
        raise Refusal("K02", "no such account")
    what = f"account:{account}"
    try:
        if pressed() == "export":
            if not approvals.may_export(what, desk.actor, now()):
                approvals.do_or_ask("export", {"what": what}, one.username, desk.actor, now())
                return back("approvals")
            text = json.dumps(personal_data.everything(one, desk.actor, now()), ensure_ascii=False, indent=2)
            headers = {"Content-Disposition": f'attachment; filename="{one.username}.json"'}
            return Response(
                text, mimetype="application/json", headers=headers | {"Cache-Control": "no-store"}
            )
        if pressed() == "hold":
            reason = request.form.get("reason", "")
            personal_data.hold(one, min(number("days"), 3650), reason, desk.actor, now())
            return back("academy_person", account=account)
        if pressed() == "erase":
            personal_data.erase(one, request.form.get("reason", ""), desk.actor, now())
            return back("academy_person", account=account)
    except Refusal as met:
        refusal = met
    facts = erasure.facts(reading(), one.person_id)
    kept = personal_data.why_kept(one, now())
    return show(desk, "person_data", refusal, one=one, facts=facts, kept=kept, now=now())


@page("/academy/keys", "keys", Act.KEYS, matters=True)
def keys(desk: Desk) -> Page:
    refusal = None
    if pressed():
        try:
            done = True
            if pressed() == "rotate":
                done = approvals.do_or_ask("keys.rotate", {"alg": None}, "rotate", desk.actor, now())
            elif pressed() == "revoke":
                kid = request.form.get("kid", "")
                if request.form.get("typed", "").strip() != kid[:8]:
                    raise Refusal("K08", "the key's beginning was not typed", field="kid")
                done = approvals.do_or_ask("keys.revoke", {"kid": kid}, kid, desk.actor, now())
            return back("keys" if done else "approvals")
        except Refusal as met:
            refusal = met
    listed = [(key, key.state(now()), key_costs.cost_of(key, now())) for key in signing.listing()]
    return show(desk, "keys", refusal, keys=listed)


@page("/academy/administrators", "administrators", Act.ADMINISTRATORS, matters=True)
def administrators(desk: Desk) -> Page:
    """Who works here and at the schools; adding somebody gives their letter, shown once."""
    refusal, letter = None, None
    if pressed():
        try:
            if pressed() == "add":
                letter = _add_staff(desk)
            elif pressed() == "end":
                post = number("post")
                if staff_storage.person_of_post(reading(), post) == desk.session.account.person_id:
                    raise Refusal("K08", "nobody ends their own post", field="poste")
                with transaction() as tx:
                    if not staff_storage.end_post(tx, post, now()):
                        raise Refusal("K03", "the post is over")
                    audit.record(tx, now(), "staff.ended", desk.actor, f"post:{post}")
                return back("administrators")
        except schools.NoSuchSchool:
            refusal = Refusal("K08", "no such school", field="UAI")
        except Refusal as met:
            refusal = met
    posts = staff_storage.posts(reading())
    return show(
        desk, "administrators", refusal, posts=posts, roles=[str(role) for role in Role], letter=letter
    )


def _add_staff(desk: Desk) -> letters.Letter:
    first, last = request.form.get("first_name", "").strip(), request.form.get("family_name", "").strip()
    role, uai = request.form.get("role", ""), request.form.get("uai", "").strip().upper() or None
    if not first or not last or max(len(first), len(last)) > 100:
        raise Refusal("K08", "no name", field="nom")
    if role not in set(Role) or role.startswith("academy_") != (uai is None):
        raise Refusal("K08", "the role and the school do not fit", field="rôle")
    mail = request.form.get("mail", "").strip() or None
    account = schools.add_staff(first, last, role, uai, now(), desk.actor, mail=mail)
    (letter,) = letters.issue_letters([account], now(), desk.actor)
    return letter


@page("/academy/tokens", "tokens", Act.SERVICES, matters=True)
def tokens(desk: Desk) -> Page:
    """Initial access tokens: for publishers who register their service themselves (RFC 7591)."""
    refusal, made = None, None
    if pressed() == "make":
        label, days, uses = request.form.get("label", "").strip(), number("days"), number("uses")
        if not label or not 1 <= days <= 90 or not 1 <= uses <= 100:
            refusal = Refusal("K08", "label, days or uses", field="jeton")
        else:
            made = initial_tokens.make(label, days, uses, desk.actor, now())
    elif pressed() == "revoke":
        initial_tokens.revoke(number("token"), desk.actor, now())
        return back("tokens")
    return show(desk, "tokens", refusal, tokens=initial_tokens.listed(), made=made, now=now())


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
    from datetime import UTC, date, datetime

    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None
    return int(datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()) + later
