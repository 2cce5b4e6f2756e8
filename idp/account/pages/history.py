"""What has happened to this account, in plain words, the newest first."""

from flask import render_template, request

from idp import audit
from idp.account.pages.page import Page, page
from idp.database import reading
from idp.signin.rules.browser_names import browser_name
from idp.signin.rules.history import SENTENCES
from idp.signin.sessions import Session

A_PAGE = 30


@page("/history", "history")
def history(session: Session) -> Page:
    asked = request.args.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 18 else None
    found = audit.history(reading(), session.account.id, list(SENTENCES), before, A_PAGE + 1)
    events = [
        (one, SENTENCES[one.act], browser_name(one.detail["device"]) if one.detail.get("device") else "")
        for one in found[:A_PAGE]
    ]
    older = found[A_PAGE - 1].number if len(found) > A_PAGE else None
    return render_template("account/history.html", account=session.account, events=events, older=older)
