"""Where the QR code of a letter leads: the sign-in page, with profile and username filled in, then the portal."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from idp.context import now, settings
from idp.people.rules.accounts import PROFILES
from idp.signin import cookies, pending
from idp.signin.pages.step import blueprint
from idp.signin.rules.steps import Asked


@blueprint.get("/start")
def start() -> Response:
    """A username is on every letter and opens nothing: it may stand in an address. The password is typed."""
    profile = request.args.get("profil")
    profiles = tuple(PROFILES.values())
    asked = Asked(
        profiles=(profile,) if profile in profiles else profiles,
        login_hint=request.args.get("identifiant", "")[:120] or None,
    )
    waiting = pending.keep(
        "own", "signin.portal", asked, None, cookies.browser(), now(), settings().sessions.pending
    )
    return redirect(url_for("oidc.resume", pending_id=waiting), 303)


@blueprint.get("/portal")
def portal() -> Response:
    """To the services, for whoever arrived without one."""
    return redirect(settings().service.portal_url, 303)
