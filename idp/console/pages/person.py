"""One person: family, state, history in plain words, and the few acts that fit."""

from collections.abc import Callable

from flask import Response, request

from idp import audit
from idp.console import approvals, people
from idp.console.pages.page import Desk, Page, back, number, page, pressed, show
from idp.console.rules.rights import Act
from idp.context import now
from idp.database import reading
from idp.languages import current_language
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts, family, persons
from idp.refusals import Refusal
from idp.signin.rules.browser_names import browser_name
from idp.signin.rules.history import SENTENCES

NEEDS = {
    "print": Act.PRINT_LETTERS,
    "reset": Act.RESET,
    "unlock": Act.UNLOCK,
    "disconnect": Act.UNLOCK,
    "mail": Act.CORRECT_MAIL,
    "detach": Act.DETACH,
    "uphold": Act.DETACH,
    "merge": Act.MERGE,
    "close": Act.CLOSE,
    "factors": Act.CORRECT_MAIL,
}
"""Each button, and the right it needs."""


@page("/school/<uai>/people/<int:account>", "person", Act.SEE_PEOPLE)
def person(desk: Desk, account: int) -> Page:
    one = reached(desk, account, Act.SEE_PEOPLE)
    events = [
        (
            event,
            SENTENCES[event.act],
            browser_name(event.detail["device"]) if event.detail.get("device") else "",
        )
        for event in audit.history(reading(), account, list(SENTENCES), None, 15)
    ]
    relatives = (
        family.children_of(reading(), one.person_id)
        if one.kind == "guardian"
        else family.guardians_of(reading(), one.person_id)
        if one.kind == "pupil"
        else []
    )
    (shown,) = persons.beside(reading(), [one.person_id])
    return show(
        desk,
        "person",
        one=one,
        shown=shown,
        relatives=relatives,
        events=events,
        acts={act for act in people.acts_for(one) if desk.may_on(NEEDS[act], one.person_id)},
    )


@page("/school/<uai>/people/<int:account>/act", "person_act", Act.SEE_PEOPLE, matters=True)
def person_act(desk: Desk, account: int) -> Page:
    """The act's own page: what it does, a reason where one is asked for, one button."""
    assert desk.school is not None
    act = request.values.get("do", "")
    if act not in NEEDS:
        raise Refusal("K01", "no such act")
    one, refusal, found = reached(desk, account, NEEDS[act]), None, []
    if pressed() == act:
        try:
            return DOORS[act](desk, one)
        except Refusal as met:
            refusal = met
    if act == "merge" and request.values.get("with"):
        other = accounts.by_username(reading(), request.values["with"].strip().lower())
        # Another school's parent is found by their username alone, which the family has shown.
        found = persons.beside(reading(), [one.person_id, other.person_id]) if other else []
        why = people.may_merge(one, other) if other else "no such account"
        refusal = refusal or (Refusal("K09", why) if why else None)
    return show(
        desk, "person_act", refusal, one=one, do=act, found=found, link=number("link"), values=request.values
    )


def reached(desk: Desk, account: int, act: Act) -> AccountFacts:
    """Somebody whom this desk may do `act` to. Raises Refusal K02: another school's people are as if they were not."""
    one = people.facts(account)
    if not desk.may_on(act, one.person_id):
        raise Refusal("K02", f"{desk.actor} may not {act} account {account}")
    return one


def _onward(desk: Desk, one: AccountFacts, done: str) -> Page:
    assert desk.school is not None
    return back("person", uai=desk.school.uai, account=one.id, done=done)


def _print(desk: Desk, one: AccountFacts) -> Page:
    assert desk.school is not None
    language = request.form.get("letters_in", "fr")
    content = people.print_letter(one, desk.school.name, language, desk.actor, now())
    return Response(content, mimetype="application/pdf", headers=_download(f"courrier-{one.username}.pdf"))


def _reset(desk: Desk, one: AccountFacts) -> Page:
    password = people.reset(one, desk.actor, now())
    return show(desk, "person_password", one=one, password=password)


def _unlock(desk: Desk, one: AccountFacts) -> Page:
    people.unlock(one, desk.actor, now())
    return _onward(desk, one, "unlock")


def _disconnect(desk: Desk, one: AccountFacts) -> Page:
    people.disconnect(one, desk.actor, now())
    return _onward(desk, one, "disconnect")


def _mail(desk: Desk, one: AccountFacts) -> Page:
    typed, seen = request.form.get("mail", ""), request.form.get("seen", "")
    people.correct_mail(one, typed, seen, current_language(), desk.actor, now())
    return _onward(desk, one, "mail")


def _detach(desk: Desk, one: AccountFacts) -> Page:
    people.detach(one, number("link"), request.form.get("reason", ""), desk.actor, now())
    return _onward(desk, one, "detach")


def _uphold(desk: Desk, one: AccountFacts) -> Page:
    people.uphold(one, number("link"), desk.actor, now())
    return _onward(desk, one, "uphold")


def _merge(desk: Desk, one: AccountFacts) -> Page:
    other = accounts.by_username(reading(), request.form.get("with", "").strip().lower())
    if other is None:
        raise Refusal("K09", "no such account")
    payload = {"kept": one.id, "joined": other.id, "reason": request.form.get("reason", "")}
    summary = f"{one.username} + {other.username}"
    done = approvals.do_or_ask("merge", payload, summary, desk.actor, now())
    return _onward(desk, one, "merge" if done else "asked")


def _close(desk: Desk, one: AccountFacts) -> Page:
    people.close(one, request.form.get("reason", ""), desk.actor, now())
    return _onward(desk, one, "close")


def _factors(desk: Desk, one: AccountFacts) -> Page:
    people.remove_factors(one, desk.actor, now())
    return _onward(desk, one, "factors")


def _download(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


DOORS: dict[str, Callable[[Desk, AccountFacts], Page]] = {
    "print": _print,
    "reset": _reset,
    "unlock": _unlock,
    "disconnect": _disconnect,
    "mail": _mail,
    "detach": _detach,
    "uphold": _uphold,
    "merge": _merge,
    "close": _close,
    "factors": _factors,
}
