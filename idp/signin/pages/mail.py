"""The page of a mail's link, on any device."""

from flask import render_template

from idp.runtime.context import now
from idp.signin import mail_confirmation
from idp.signin.pages.step import blueprint
from idp.web.forms import EmptyForm


@blueprint.get("/mail/<token>")
def mail_link(token: str) -> str:
    """The page has one button. Mail scanners open links, so a GET does not use the link."""
    facts = mail_confirmation.read_link(token, now())
    if facts.done:
        return render_template("signin/done_already.html", what="mail")
    return render_template("signin/mail_link.html", form=EmptyForm(), facts=facts)


@blueprint.post("/mail/<token>")
def confirm_mail_link(token: str) -> str:
    activates = mail_confirmation.read_link(token, now()).activates
    mail_confirmation.confirm_by_link(token, now())
    return render_template("signin/mail_confirmed.html", activates=activates)
