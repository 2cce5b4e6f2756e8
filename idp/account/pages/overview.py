"""The information on the account, and a download of all data on its person."""

import json

from flask import Response, render_template

from idp.account import mobile, personal_data
from idp.account.pages.page import page
from idp.runtime.context import now
from idp.signin.sessions import Session
from idp.web.form_pages import Page


@page("overview")
def overview(session: Session) -> Page:
    account = session.account
    return render_template("account/overview.html", account=account, school_mobile=mobile.number_of(account))


@page("data", matters=True)
def data(session: Session) -> Page:
    """A JSON file of every row about this person (GDPR article 15 and 20), without what would open the account."""
    account = session.account
    return Response(
        json.dumps(personal_data.download(account, now()), ensure_ascii=False, indent=2),
        mimetype="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{account.username}.json"',
            "Cache-Control": "no-store",
        },
    )
