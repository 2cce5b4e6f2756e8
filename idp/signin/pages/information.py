"""Home, help, legal notice, accessibility, language; and what is not offered online yet."""

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp.context import now, settings
from idp.languages import choose_language
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


@blueprint.get("/recovery/username", endpoint="lost_username")
@blueprint.get("/recovery/password", endpoint="lost_password")
@blueprint.get("/activation", endpoint="no_account")
def at_the_office() -> str:
    """Not offered online yet: said plainly, with whom to ask."""
    return render_template("pages/at_the_office.html", what=request.endpoint)


@blueprint.post("/language")
def language() -> BaseResponse:
    """Keep the chosen language on this browser, and go back to the page it was chosen on."""
    if EmptyForm().validate_on_submit():
        choose_language(request.form.get("language", ""))
    back = request.form.get("back", "")
    # One slash and no other: neither //evil.example nor /\evil.example leads out of this house.
    inside = back.startswith("/") and back[1:2] not in ("/", "\\") and back.isprintable() and "\\" not in back
    return redirect(back if inside else url_for("signin.home"), 303)


@blueprint.get("/theme.css")
def theme() -> Response:
    """The colour that this school has chosen."""
    css = f":root{{--accent:{settings().service.accent}}}\n"
    return Response(css, mimetype="text/css", headers={"Cache-Control": "public, max-age=3600"})
