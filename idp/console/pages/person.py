"""The page of a person: family, state, history, and the acts that fit their account."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from idp.accounts import close, correct_mail, disconnect, guardianship, lock, merge, remove_factors, reset
from idp.console import approvals, comparing, people
from idp.console.pages.page import Desk, back, form_of, number, page, pressed, show
from idp.console.rules.rights import Act
from idp.console.rules.upstream_words import outlook_word
from idp.federation import outlook
from idp.letters import issue
from idp.people import comparison
from idp.people.rules.accounts import AccountFacts
from idp.refusals import Refusal
from idp.refusals.console import (
    MAYBE_TWO_PEOPLE,
    OTHER_ACCOUNT_NOT_FOUND,
    PERSON_NOT_FOUND,
    RIGHT_MISSING,
    STATE_CHANGED,
)
from idp.runtime.context import last_day, now
from idp.signin import mail_confirmation
from idp.web.form_pages import Page
from idp.web.languages import current_language

NEEDS = {
    "print": Act.PRINT_LETTERS,
    "reset": Act.RESET,
    "unlock": Act.UNLOCK,
    "lock": Act.UNLOCK,
    "disconnect": Act.UNLOCK,
    "mail": Act.CORRECT_MAIL,
    "detach": Act.DETACH,
    "uphold": Act.DETACH,
    "attach": Act.DETACH,
    "merge": Act.MERGE,
    "close": Act.CLOSE,
    "factors": Act.CORRECT_MAIL,
}
"""Act → the right that it needs."""


@page("person", Act.SEE_PEOPLE)
def person(desk: Desk, account: int) -> Page:
    facts = reached(desk, account, Act.SEE_PEOPLE)
    acts = {act for act in people.acts_for(facts) if desk.may_on(NEEDS[act], facts.person_id)}
    first_acts, other_acts = people.in_order(acts, facts.state)
    assert desk.school is not None
    (identity,) = comparison.side_by_side([facts.person_id], desk.school.id)
    relatives = [
        relative for relative in people.relatives_of(facts) if desk.may_on(Act.SEE_PEOPLE, relative.person)
    ]
    return show(
        desk,
        "person",
        link=number("link"),
        account=facts,
        foreseen=outlook.of_account(facts),
        outlook_word=outlook_word,
        waiting=mail_confirmation.waiting(facts, now()),
        shown=identity,
        relatives=relatives,
        happened=people.timeline(facts, desk.school),
        own_links=people.links_at(desk.school.id, facts),
        acts=acts,
        first_acts=first_acts,
        other_acts=other_acts,
    )


@page("person_act", Act.SEE_PEOPLE, matters=True)
def person_act(desk: Desk, account: int) -> Page:
    """The page of an act: its effect, a field for the reason where the act needs it, and a button."""
    assert desk.school is not None
    act = request.values.get("do", "")
    if act not in NEEDS:
        raise Refusal(RIGHT_MISSING, "no such act")
    facts, form_page = reached(desk, account, NEEDS[act]), form_of(desk, "person_act")
    both, impossible, unsure = [], False, False
    with form_page:
        if pressed() == act:
            return HANDLERS[act](desk, facts)
    if act == "merge" and request.values.get("with"):
        second_account = people.second_account(request.values["with"])
        # The family has presented the username of an account at another school: the rest is shown where it is the same.
        both = _both(desk, facts, second_account) if second_account else []
        why = (
            merge.obstacle(facts, second_account, "sure" in request.form)
            if second_account
            else OTHER_ACCOUNT_NOT_FOUND
        )
        impossible = why not in (None, MAYBE_TWO_PEOPLE)
        unsure = why == MAYBE_TWO_PEOPLE or "sure" in request.form
        if why and form_page.refusal is None:
            form_page.refusal = Refusal(why, "the two accounts cannot become one")
    return form_page.show(
        account=facts,
        mail=mail_confirmation.asked_for(facts, now()) or "",
        do=act,
        found=both,
        impossible=impossible,
        unsure=unsure,
        link=number("link"),
        values=request.values,
    )


def _both(desk: Desk, first: AccountFacts, second: AccountFacts) -> list[dict[str, Any]]:
    assert desk.school is not None
    return comparing.side_by_side([first.person_id, second.person_id], None, desk.school, desk.rights)


def reached(desk: Desk, account: int, act: Act) -> AccountFacts:
    """The account of a person within reach of `act`. Raises Refusal K02, for people of another school too."""
    facts = people.facts(account)
    if not desk.may_on(act, facts.person_id):
        raise Refusal(PERSON_NOT_FOUND, f"{desk.actor} may not {act} account {account}")
    return facts


def _onward(desk: Desk, account: AccountFacts, done: str) -> Page:
    assert desk.school is not None
    return back("person", uai=desk.school.uai, account=account.id, done=done, link=number("link") or None)


def _print(desk: Desk, account: AccountFacts) -> Page:
    assert desk.school is not None
    language = request.form.get("letters_in", "fr")
    content = people.print_letter(account, desk.school, language, desk.actor, now())
    return Response(
        content, mimetype="application/pdf", headers=_download(f"courrier-{account.username}.pdf")
    )


def _reset(desk: Desk, account: AccountFacts) -> Page:
    password = reset.reset(account, desk.actor, now())
    expires = last_day(issue.expiry(now()))
    return show(
        desk, "person_password", account=account, letter=people.slip(account, password), expires=expires
    )


def _unlock(desk: Desk, account: AccountFacts) -> Page:
    lock.unlock(account, desk.actor, now())
    return _onward(desk, account, "unlock")


def _lock(desk: Desk, account: AccountFacts) -> Page:
    lock.lock(account, desk.actor, now())
    return _onward(desk, account, "lock")


def _disconnect(desk: Desk, account: AccountFacts) -> Page:
    disconnect.disconnect(account, desk.actor, now())
    return _onward(desk, account, "disconnect")


def _mail(desk: Desk, account: AccountFacts) -> Page:
    typed, shown_address = request.form.get("mail", ""), request.form.get("seen", "")
    correct_mail.correct_mail(account, typed, shown_address, current_language(), desk.actor, now())
    return _onward(desk, account, "mail")


def _link(desk: Desk, account: AccountFacts) -> int:
    """The link of the form, of those of this school's pupils. Raises Refusal K03 for another school's."""
    assert desk.school is not None
    link = number("link")
    if link not in people.links_at(desk.school.id, account):
        raise Refusal(STATE_CHANGED, "the link is of another guardian, or of another school's pupil")
    return link


def _detach(desk: Desk, account: AccountFacts) -> Page:
    guardianship.detach(account, _link(desk, account), request.form.get("reason", ""), desk.actor, now())
    return _onward(desk, account, "detach")


def _attach(desk: Desk, account: AccountFacts) -> Page:
    guardianship.attach_again(account, _link(desk, account), desk.actor, now())
    return _onward(desk, account, "attach")


def _uphold(desk: Desk, account: AccountFacts) -> Page:
    guardianship.uphold(account, _link(desk, account), desk.actor, now())
    return _onward(desk, account, "uphold")


def _merge(desk: Desk, account: AccountFacts) -> Page:
    second_account = people.second_account(request.form.get("with", ""))
    if second_account is None:
        raise Refusal(OTHER_ACCOUNT_NOT_FOUND, "no such account")
    payload: dict[str, Any] = {
        "kept": account.id,
        "joined": second_account.id,
        "reason": request.form.get("reason", ""),
    }
    payload["sure"] = "sure" in request.form
    summary = f"{account.username} + {second_account.username}"
    done = approvals.do_or_ask("merge", payload, summary, desk.actor, now())
    return _onward(desk, account, "merge" if done else "asked")


def _close(desk: Desk, account: AccountFacts) -> Page:
    close.close(account, desk.actor, now(), request.form.get("reason", ""))
    return _onward(desk, account, "close")


def _factors(desk: Desk, account: AccountFacts) -> Page:
    remove_factors.remove_factors(account, desk.actor, now())
    return _onward(desk, account, "factors")


def _download(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


HANDLERS: dict[str, Callable[[Desk, AccountFacts], Page]] = {
    "print": _print,
    "reset": _reset,
    "unlock": _unlock,
    "lock": _lock,
    "disconnect": _disconnect,
    "mail": _mail,
    "detach": _detach,
    "uphold": _uphold,
    "attach": _attach,
    "merge": _merge,
    "close": _close,
    "factors": _factors,
}
