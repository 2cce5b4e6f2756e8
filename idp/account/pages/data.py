""" "Mes données": a file of all data on the person, to read or for a machine; and the request for erasure."""

import json

from flask import Response, render_template, request

from idp.account import personal_data
from idp.account.pages.page import back_to, page
from idp.privacy import erasure_requests
from idp.runtime.context import now, settings
from idp.signin.sessions import Session
from idp.web.form_pages import Page
from idp.web.forms import EmptyForm
from idp.web.style import file_style


@page("data")
def data(session: Session) -> Page:
    return render_template(
        "account/data.html",
        account=session.account,
        request_for_erasure=erasure_requests.latest_of(session.account),
    )


@page("data_file", matters=True)
def data_file(session: Session) -> Page:
    """All data on this person (GDPR articles 15 and 20), without what would open the account."""
    account = session.account
    report = personal_data.download(account, now())
    if request.args.get("form") == "json":
        text = json.dumps(report.for_machines(), ensure_ascii=False, indent=2)
        return _file(text, f"{account.username}.json", "application/json")
    text = render_template("account/data_file.html", report=report, sheet=file_style())
    return _file(text, f"{account.username}.html", "text/html")


def _file(text: str, name: str, mimetype: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, mimetype=mimetype, headers=headers)


@page("erasure", matters=True)
def erasure(session: Session) -> Page:
    """What erasure means, the request, its state, and its withdrawal."""
    account = session.account
    if EmptyForm().validate_on_submit():
        if request.form.get("act") == "withdraw":
            erasure_requests.withdraw(account, now())
            return back_to("data", done="withdrawn")
        erasure_requests.ask(account, request.form.get("wish", ""), now())
        return back_to("data", done="asked")
    return render_template(
        "account/erasure.html",
        account=account,
        request_for_erasure=erasure_requests.latest_of(account),
        school=erasure_requests.school_of(account),
        audit_days=settings().console.audit_days,
        longest=erasure_requests.LONGEST_WISH,
    )
