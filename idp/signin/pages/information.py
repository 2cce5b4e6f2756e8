"""Home, help, legal notice, accessibility, language."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp.context import now
from idp.database import transaction
from idp.languages import choose_language, current_language
from idp.people.storage import lifecycle
from idp.signin import visits
from idp.signin.pages.forms import EmptyForm
from idp.signin.pages.step import blueprint


@blueprint.get("/")
def home() -> str:
    session = visits.current(now())
    return render_template("pages/home.html", account=session.account if session else None)


@blueprint.get("/help")
def help_page() -> str:
    return render_template("pages/help.html")


@blueprint.get("/legal")
def legal() -> str:
    return render_template("pages/legal.html")


@blueprint.get("/accessibility")
def accessibility() -> str:
    return render_template("pages/accessibility.html")


@blueprint.post("/language")
def language() -> BaseResponse:
    """Keep the chosen language on this browser, and go back to the page it was chosen on."""
    if EmptyForm().validate_on_submit():
        choose_language(request.form.get("language", ""))
        session = visits.current(now())
        if session is not None:
            with transaction() as tx:
                lifecycle.set_language(tx, session.account.id, current_language())
    back = request.form.get("back", "")
    # One slash and no other: neither //evil.example nor /\evil.example leads out of this house.
    inside = back.startswith("/") and back[1:2] not in ("/", "\\") and back.isprintable() and "\\" not in back
    return redirect(back if inside else url_for("signin.home"), 303)
