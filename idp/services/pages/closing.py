"""Pages of a session that has ended: the replaced session, and what became of each service at a logout."""

from flask import g, redirect, render_template, url_for

from idp.runtime.context import now
from idp.services import closing, session_end
from idp.services.pages.blueprint import blueprint
from idp.services.rules.service import Service
from idp.signin import cookies, current_login, sessions
from idp.web.form_pages import Page

WATCHED = 30
"""Seconds for which the page of a logout is loaded again by itself, while notices are on their way."""


@blueprint.app_template_global("services_of")
def services_of(sid: str) -> list[Service]:
    """The services in this session."""
    return session_end.services_of(sid)


@blueprint.get("/session_ended")
def replaced() -> Page:
    """A new sign-in has replaced another person's session: show it, and notify its services by front-channel logout."""
    moment = now()
    replaced_session = cookies.replaced(moment)
    ended = sessions.account_of(replaced_session[0]) if replaced_session is not None else None
    if replaced_session is None or ended is None:
        return redirect(url_for("signin.home"), 303)
    sid, onward_to = replaced_session
    session, notices = current_login.current(moment), session_end.in_browser(sid, moment)
    if session is None and not notices:
        # The person chose another account, and a page before has shown this.
        return redirect(onward_to, 303)
    if notices:
        g.frames = session_end.frame_sources(notices)
        g.form_action = " ".join(["'self'", *session_end.form_targets(notices)])
    return render_template(
        "services/replaced.html",
        ended=ended,
        services=session_end.services_of(sid),
        account=session.account if session is not None else None,
        notices=notices,
        onward=onward_to,
    )


@blueprint.get("/signed_out/<sealed>")
def signed_out(sealed: str) -> Page:
    """What has become of each service since the logout."""
    moment = now()
    read = closing.unsealed(sealed, cookies.browser(), moment)
    if read is None:
        return redirect(url_for("signin.home"), 303)
    ended_at, closed = read
    closed = closing.seen_now(closed)
    waits = any(entry.state == closing.State.SENT for entry in closed)
    return render_template(
        "signed_out.html",
        closings=closed,
        again=url_for("services.signed_out", sealed=sealed) if waits else None,
        watched=moment - ended_at < WATCHED,
    )
