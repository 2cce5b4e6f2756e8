"""Rights lent to colleagues, and renewal campaigns."""

from datetime import UTC, date, datetime

from flask import request

from idp.console import delegations as acts
from idp.console.pages.page import Desk, Page, back, number, page, pressed, show
from idp.console.people import needs_reason
from idp.console.rules.rights import Act
from idp.console.storage import rights
from idp.context import now
from idp.database import reading
from idp.people import campaigns
from idp.refusals import Refusal


@page("/school/<uai>/delegations", "delegations", Act.DELEGATE, matters=True)
def delegations(desk: Desk) -> Page:
    assert desk.school is not None
    refusal = None
    if pressed():
        try:
            if pressed() == "lend":
                _lend(desk)
            else:
                acts.take_back(desk.school.id, number("delegation"), desk.actor, now())
            return back("delegations", uai=desk.school.uai)
        except Refusal as met:
            refusal = met
    return show(
        desk,
        "delegations",
        refusal,
        given=rights.delegations(reading(), desk.school.id),
        colleagues=[
            one
            for one in rights.colleagues(reading(), desk.school.id)
            if one[0] != desk.session.account.person_id
        ],
        classes=rights.classes_of(reading(), desk.school.id),
        now=now(),
    )


def _lend(desk: Desk) -> None:
    assert desk.school is not None
    classes = request.form.getlist("class") if request.form.get("scope") == "classes" else None
    since, until = _day("since"), _day("until") + 86400
    acts.lend(
        desk.school.id,
        number("person"),
        request.form.getlist("kind"),
        classes,
        since,
        until,
        desk.session.account.person_id,
        desk.actor,
        now(),
    )


@page("/school/<uai>/renewal", "renewal", Act.RENEW, matters=True)
def renewal(desk: Desk) -> Page:
    """Ask for new passwords at the next login; left out are those never activated, and those changed since a day."""
    assert desk.school is not None
    refusal, asked = None, None
    if pressed() == "ask":
        try:
            kinds = [kind for kind in request.form.getlist("kind") if kind in campaigns.KINDS]
            if not kinds:
                raise Refusal("K08", "no kind", field="profils")
            reason = request.form.get("reason", "").strip()
            needs_reason(reason)
            asked = campaigns.ask_renewal(
                desk.school.uai, kinds, _day("changed_before"), desk.actor, now(), reason
            )
        except Refusal as met:
            refusal = met
    return show(desk, "renewal", refusal, asked=asked, today=datetime.fromtimestamp(now(), UTC).date())


def _day(name: str) -> int:
    """Midnight (UTC) of a day of the form. Raises Refusal K08."""
    try:
        day = date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Refusal("K08", f"{name} is no day", field="date") from None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
