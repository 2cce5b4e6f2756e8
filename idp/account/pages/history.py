"""The history of this account in sentences, the newest first."""

from flask import render_template, request

from idp.account.pages.page import page
from idp.signin.history import newest
from idp.signin.sessions import Session
from idp.web.form_pages import Page

A_PAGE = 30


@page("history")
def history(session: Session) -> Page:
    before_text = request.args.get("before", "")
    before = int(before_text) if before_text.isdecimal() and len(before_text) < 18 else None
    lines = newest(session.account.id, before, A_PAGE + 1)
    older = lines[A_PAGE - 1].event.id if len(lines) > A_PAGE else None
    return render_template("account/history.html", account=session.account, lines=lines[:A_PAGE], older=older)
