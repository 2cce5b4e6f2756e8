"""Requests for erasure: those that a school has to answer, and those of the academy."""

from flask import request

from idp.console import personal_data
from idp.console.pages.page import Desk, back, form_of, number, page, pressed
from idp.console.rules.rights import ALL_KINDS, Act
from idp.privacy import erasure_requests
from idp.privacy.rules.requests import WaitingRequest
from idp.refusals import Refusal
from idp.refusals.console import STATE_CHANGED
from idp.runtime.context import now
from idp.web.form_pages import Page


@page("erasure_requests", Act.DETACH, matters=True)
def erasure_requests_of_school(desk: Desk) -> Page:
    """The office refuses with a reason, or agrees: then the academy erases."""
    assert desk.school is not None
    waiting = erasure_requests.waiting_requests(desk.school.id, desk.reach(Act.DETACH).kinds)
    form_page = form_of(desk, "erasure_requests")
    with form_page:
        if pressed() == "refuse":
            _refuse(desk, waiting, desk.school.id)
            return back("erasure_requests", uai=desk.school.uai, done="refused")
        if pressed() == "pass_on":
            erasure_requests.pass_on(_chosen(waiting), desk.school.id, desk.actor, now())
            return back("erasure_requests", uai=desk.school.uai, done="passed_on")
    return form_page.show(rows=_rows(waiting), now=now())


@page("academy_erasure_requests", Act.PERSONAL_DATA, matters=True)
def erasure_requests_of_academy(desk: Desk) -> Page:
    """The academy refuses with a reason, or erases on the person's own page."""
    waiting = erasure_requests.waiting_requests(None, ALL_KINDS)
    form_page = form_of(desk, "erasure_requests")
    with form_page:
        if pressed() == "refuse":
            _refuse(desk, waiting, None)
            return back("academy_erasure_requests", done="refused")
    return form_page.show(rows=_rows(waiting), now=now())


def _rows(waiting: list[WaitingRequest]) -> list[tuple[WaitingRequest, str | None]]:
    """Each request, and what is in the way of the erasure (`personal_data.erasure_obstacle`)."""
    return [(row, personal_data.obstacle_of(row.person, now())) for row in waiting]


def _refuse(desk: Desk, waiting: list[WaitingRequest], school: int | None) -> None:
    erasure_requests.refuse(_chosen(waiting), school, request.form.get("reason", ""), desk.actor, now())


def _chosen(waiting: list[WaitingRequest]) -> WaitingRequest:
    """The request of the form, of those within reach. Raises Refusal K03 for one that is answered, or another's."""
    chosen = next((row for row in waiting if row.id == number("request")), None)
    if chosen is None:
        raise Refusal(STATE_CHANGED, "the request does not wait here")
    return chosen
