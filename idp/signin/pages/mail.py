"""Where the link of a mail leads, on whatever device it is opened."""

from flask import render_template

from idp.context import now
from idp.signin import alarm, mail_confirmation
from idp.signin.pages.forms import EmptyForm
from idp.signin.pages.step import blueprint


@blueprint.get("/mail/<token>")
def mail_link(token: str) -> str:
    """One button. Mail scanners open links: opening alone uses nothing."""
    return render_template(
        "signin/mail_link.html", form=EmptyForm(), facts=mail_confirmation.read_link(token, now())
    )


@blueprint.post("/mail/<token>")
def confirm_mail_link(token: str) -> str:
    mail_confirmation.confirm_by_link(token, now())
    return render_template("signin/mail_confirmed.html")


@blueprint.get("/not-me/<token>")
def not_me(token: str) -> str:
    """One button again: a scanner must not lock an account."""
    return render_template("signin/not_me.html", form=EmptyForm(), account=alarm.read(token, now()))


@blueprint.post("/not-me/<token>")
def lock_account(token: str) -> str:
    alarm.lock_by_link(token, now())
    return render_template("signin/locked.html")
