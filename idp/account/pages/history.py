"""The history of this account in words, the newest first, by kind and period; and "Ce n'était pas moi"."""

from itertools import groupby

from flask import redirect, render_template, request

from idp.account import timeline
from idp.account.pages.page import page
from idp.account.rules.timeline import ICONS, KINDS, PERIODS, filter_of
from idp.runtime.context import now
from idp.signin import cookies
from idp.signin.sessions import Session
from idp.web.form_pages import Page
from idp.web.forms import EmptyForm
from idp.web.languages import day_in_words

A_PAGE = 30


@page("history")
def history(session: Session) -> Page:
    """The filter and the place are in the address, so that it can be kept and shared."""
    asked, before = filter_of(request.args.get("kind", ""), request.args.get("period", "")), _number("before")
    events = timeline.events(session, asked, before, A_PAGE + 1, now())
    older = events[A_PAGE - 1].id if len(events) > A_PAGE else None
    by_day = groupby(events[:A_PAGE], key=lambda event: day_in_words(event.at))
    return render_template(
        "account/history.html",
        account=session.account,
        days=[(day, list(of_day)) for day, of_day in by_day],
        asked=asked,
        kinds=KINDS,
        periods=PERIODS,
        icons=ICONS,
        older=older,
        newer=before is not None,
    )


@page("not_me")
def not_me(session: Session) -> Page:
    """One button: the account is locked, and what a stranger may have changed is taken back. No password is asked for: a
    stranger may have changed it."""
    if request.form.get("act") == "lock" and EmptyForm().validate_on_submit():
        return cookies.clear_session(redirect(timeline.stop_stranger(session, now()), 303))
    event = _number("event")
    line = timeline.event_of(session.account.id, event) if event else None
    return render_template("account/not_me.html", account=session.account, event=line)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 18 else None
