"""The history of this account in sentences, the newest first."""

from flask import render_template, request

from idp.account.pages.page import page
from idp.audit import storage as records
from idp.database.engine import reading
from idp.signin.rules.browser_names import browser_name
from idp.signin.rules.history import SENTENCES
from idp.signin.sessions import Session
from idp.web.form_pages import Page

A_PAGE = 30


@page("/history", "history")
def history(session: Session) -> Page:
    before_text = request.args.get("before", "")
    before = int(before_text) if before_text.isdecimal() and len(before_text) < 18 else None
    newest = records.history(reading(), session.account.id, list(SENTENCES), before, A_PAGE + 1)
    events = [
        (
            event,
            SENTENCES[event.act],
            browser_name(event.detail["device"]) if event.detail.get("device") else "",
        )
        for event in newest[:A_PAGE]
    ]
    older = newest[A_PAGE - 1].id if len(newest) > A_PAGE else None
    return render_template("account/history.html", account=session.account, events=events, older=older)
