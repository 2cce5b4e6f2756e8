"""Where the link of a mail leads, on whatever device it is opened."""

from flask import render_template

from idp.context import now
from idp.signin import activation
from idp.signin.pages.forms import EmptyForm
from idp.signin.pages.step import blueprint


@blueprint.get("/mail/<token>")
def mail_link(token: str) -> str:
    """One button. Mail scanners open links: opening alone uses nothing."""
    return render_template(
        "signin/mail_link.html", form=EmptyForm(), facts=activation.read_link(token, now())
    )


@blueprint.post("/mail/<token>")
def confirm_mail_link(token: str) -> str:
    activation.confirm_by_link(token, now())
    return render_template("signin/mail_confirmed.html")
