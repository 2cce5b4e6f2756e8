"""Informations, and all of one's data as a file."""

import json

from flask import Response, render_template

from idp import audit
from idp.account.pages.page import Page, page
from idp.context import now, settings
from idp.database import reading, transaction
from idp.oidc.storage import personal_data
from idp.people.storage import contacts
from idp.signin.sessions import Session


@page("", "overview")
def overview(session: Session) -> Page:
    account = session.account
    return render_template(
        "account/overview.html", account=account, school_mobile=contacts.mobile_of(reading(), account)
    )


@page("/data", "data", matters=True)
def data(session: Session) -> Page:
    """A JSON file of every row about this person (GDPR article 15 and 20), without what would open the account."""
    account = session.account
    found = personal_data.everything(reading(), account.id, account.person_id)
    with transaction() as tx:
        who = f"account:{account.id}"
        audit.record(tx, now(), "data.downloaded", who, who)
    document = {"service": settings().service.name, "at": now(), **found}
    return Response(
        json.dumps(document, ensure_ascii=False, indent=2),
        mimetype="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{account.username}.json"',
            "Cache-Control": "no-store",
        },
    )
