""" "Identifiant perdu"."""

from flask import redirect, render_template, request, url_for

from idp.recovery import usernames
from idp.recovery.pages import blueprint
from idp.recovery.pages.forms import ContactForm
from idp.recovery.pages.steps import login_that_waits, offers_sms
from idp.runtime.context import address, now
from idp.web.form_pages import FormPage, Page
from idp.web.languages import current_language


@blueprint.page("lost_username")
def lost_username() -> Page:
    form, form_page = ContactForm(), FormPage("recovery/username.html")
    with form_page:
        if form.validate_on_submit():
            by = usernames.ask((form.contact.data or "").strip(), current_language(), address(), now())
            return redirect(url_for("recovery.username_sent", by=by, login=login_that_waits()), 303)
    return form_page.show(form=form, sms=offers_sms(), login=login_that_waits())


@blueprint.page("username_sent")
def username_sent() -> str:
    """The page is the same for every address: only the mail box shows whether the address is known."""
    by = "sms" if request.args.get("by") == "sms" else "mail"
    return render_template("recovery/username_sent.html", by=by, login=login_that_waits())
