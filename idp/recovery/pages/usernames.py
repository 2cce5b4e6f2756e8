""" "Identifiant perdu"."""

from flask import redirect, render_template, request, url_for

from idp.context import address, now
from idp.languages import current_language
from idp.recovery import usernames
from idp.recovery.pages.forms import ContactForm
from idp.recovery.pages.walk import Page, blueprint, login_that_waits, offers_sms
from idp.refusals import Refusal


@blueprint.route("/recovery/username", methods=["GET", "POST"])
def lost_username() -> Page:
    form, refusal = ContactForm(), None
    if form.validate_on_submit():
        try:
            by = usernames.ask((form.contact.data or "").strip(), current_language(), address(), now())
            return redirect(url_for("recovery.username_sent", by=by, login=login_that_waits()), 303)
        except Refusal as met:
            refusal = met
    page = render_template(
        "recovery/username.html", form=form, refusal=refusal, sms=offers_sms(), login=login_that_waits()
    )
    return page, (refusal.status if refusal else 200)


@blueprint.get("/recovery/username/sent")
def username_sent() -> str:
    """The same for everybody: whether somebody has this address is seen in the mail box alone."""
    by = "sms" if request.args.get("by") == "sms" else "mail"
    return render_template("recovery/username_sent.html", by=by, login=login_that_waits())
