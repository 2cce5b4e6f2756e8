"""The page of a letter: the sign-in page with profile (and username, from the QR code) filled in, then the portal."""

from flask import redirect, request
from werkzeug.wrappers import Response

from idp.people.rules.accounts import PROFILES
from idp.people.rules.uai import is_uai
from idp.runtime.context import now, settings
from idp.schools import appearance
from idp.signin import current_login
from idp.signin.pages.step import blueprint
from idp.signin.rules.steps import Asked


@blueprint.get("/start")
def start() -> Response:
    """Target of the QR code. A username is printed on every letter and is no secret, so it may be part of a URL.

    `etab`: the UAI of the school that has printed the letter; its office's contact and note are shown.
    """
    return _begin(request.args.get("profil"), request.args.get("identifiant", "")[:120] or None)


@blueprint.get("/start/<profile>")
def start_as(profile: str) -> Response:
    """The printed URL, for people to type."""
    return _begin(profile, None)


def _begin(profile: str | None, username: str | None) -> Response:
    """The letter announces a page with two codes, so it is shown even if another person is signed in on this browser."""
    profiles = tuple(PROFILES.values())
    session = current_login.current(now())
    own = session is not None and session.account.username == username
    uai = request.args.get("etab", "")
    school = uai if is_uai(uai) and appearance.is_known(uai) else None
    asked = Asked(
        profiles=(profile,) if profile in profiles else profiles,
        login_hint=username,
        prompt=() if own else ("login",),
        before=session.sid if session else None,
        at=now(),
    )
    waiting = current_login.begin_login("own", "signin.portal", asked, None, now(), school)
    return redirect(current_login.dispatcher(waiting.id), 303)


@blueprint.get("/portal")
def portal() -> Response:
    """Redirect to the portal, for a person who came from no service."""
    return redirect(settings().service.portal_url, 303)
