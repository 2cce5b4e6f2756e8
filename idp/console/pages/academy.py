"""The academy: its schools, and the people of all of them."""

import json
from operator import attrgetter

from flask import Response, request

from idp.console import approvals, personal_data
from idp.console.pages.page import Desk, Page, back, number, page, pressed, show
from idp.console.rules.listings import arrange
from idp.console.rules.people_query import read_query
from idp.console.rules.rights import EVERYBODY, FAMILIES, Act
from idp.console.storage import erasure, numbers, search
from idp.console.storage import staff as staff_storage
from idp.context import now
from idp.database import reading
from idp.people import schools
from idp.people.storage import accounts
from idp.refusals import Refusal


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
    columns = {name: attrgetter(name) for name in ("name", "uai", "active", "imported_at")}
    asked = {"sort": request.args.get("sort", ""), "page": request.args.get("page", "")}
    listing = arrange(numbers.by_school(reading()), columns, asked)
    return show(desk, "academy", refusal, listing=listing, text=text, found=found)


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
