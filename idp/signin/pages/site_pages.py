"""Home, help, legal notice, accessibility, language."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp.people import accounts
from idp.runtime.context import now
from idp.signin import current_login
from idp.signin.pages import made_for
from idp.signin.pages.step import blueprint
from idp.web.forms import EmptyForm
from idp.web.languages import choose_language, current_language


@blueprint.get("/")
def home() -> str:
    session = current_login.current(now())
    return render_template("pages/home.html", account=session.account if session else None)


@blueprint.get("/help")
def help_page() -> str:
    return _page("pages/help.html")


@blueprint.get("/legal")
def legal() -> str:
    return _page("pages/legal.html")


@blueprint.get("/accessibility")
def accessibility() -> str:
    return _page("pages/accessibility.html")


def _page(template: str) -> str:
    """A page for everybody, which names the office of a signed-in person's own school."""
    current_login.current(now())
    return render_template(template)


@blueprint.post("/language")
def language() -> BaseResponse:
    """Store the chosen language in this browser's cookie, and redirect back to the page."""
    if EmptyForm().validate_on_submit():
        choose_language(request.form.get("language", ""))
        session = current_login.current(now())
        if session is not None and (not request.form.get(made_for.FIELD) or made_for.is_for(session)):
            accounts.set_language(session.account, current_language())
    back = request.form.get("back", "")
    # One slash and no other: neither //evil.example nor /\evil.example leads to another site.
    inside = back.startswith("/") and back[1:2] not in ("/", "\\") and back.isprintable() and "\\" not in back
    return redirect(back if inside else url_for("signin.home"), 303)
