"""Pages: consent, the replaced session, and a device's user code."""

from flask import Blueprint, g, redirect, render_template, url_for
from flask import request as http
from werkzeug.wrappers import Response

from idp.oidc.authorization import authorize, device_codes
from idp.oidc.authorization.consent import is_owed, kinds_of, refuse
from idp.oidc.authorization.current_authorization import Authorization
from idp.oidc.authorization.rules.authorization_request import AuthorizationRequest
from idp.oidc.participants import session_end
from idp.refusals import ProtocolRefusal, Refusal
from idp.refusals.general import PAGE_NOT_FOUND
from idp.refusals.requests import NO_GUARDIAN_ACCOUNT
from idp.runtime.context import address, now
from idp.services import consent
from idp.services.rules.kinds_in_words import in_words
from idp.signin import cookies, current_login, sessions
from idp.signin.pages import made_for
from idp.signin.pages.step import onward
from idp.signin.pending import Pending
from idp.signin.rules.steps import CONSENT
from idp.web.form_pages import FormPage, Page
from idp.web.forms import EmptyForm

blueprint = Blueprint("oidc_pages", __name__)


@blueprint.route("/login/<pending_id>/consent", methods=["GET", "POST"], endpoint="consent")
def ask(pending_id: str) -> Page:
    """Consent: what the service receives, in plain words; for a pupil under 15, the question to the guardians."""
    moment = now()
    waiting = current_login.waiting_login(pending_id, moment)
    if waiting.kind != "oidc":
        return onward(waiting)
    authorization = authorize.waiting_authorization(waiting, moment)
    if current_login.owed(waiting, moment, is_owed(authorization)) is not CONSENT:
        return onward(waiting)
    request, service, session = authorization.request, authorization.client.service, authorization.signed_in
    g.ui_locales = waiting.asked.locales
    g.form_action = f"'self' {waiting.service.origin}" if waiting.service else "'self'"
    made_for.hold(session)
    act = http.form.get("act") if EmptyForm().validate_on_submit() else None
    if act == "refuse":
        refuse(request, waiting, session.account, moment)
        return _without(request)
    needed = kinds_of(request, authorization.client)
    if consent.waits_for_guardian(service, session.account, needed, moment):
        return _ask_guardians(waiting, authorization, needed, act, moment)
    # The registration may have changed since the page was rendered: consent covers what the page showed.
    if act == "agree" and http.form.get("shown") == " ".join(needed):
        consent.give(service, session.account, needed, moment)
        return authorize.agreed(authorization, waiting, moment)
    return render_template(
        "oidc/consent.html",
        waiting=waiting,
        account=session.account,
        words=in_words(needed),
        shown=" ".join(needed),
        device=request.device is not None,
    )


@blueprint.post("/login/<pending_id>/cancel")
def cancel(pending_id: str) -> Page:
    """ "Annuler et revenir au service", from any step before the answer (RFC 6749 §4.1.2.1, access_denied)."""
    moment = now()
    waiting = current_login.waiting_login(pending_id, moment)
    if waiting.kind != "oidc" or not EmptyForm().validate_on_submit():
        return onward(waiting)
    request = authorize.waiting_authorization(waiting, moment).request
    authorize.cancel(request, waiting, moment)
    return _without(request)


def _without(request: AuthorizationRequest) -> Page:
    """Back to the service with access_denied, or to the device's last page."""
    if request.device is not None:
        return redirect(url_for("oidc_pages.device_done", refused=1), 303)
    raise ProtocolRefusal("access_denied", "The person has not agreed.", request.back_to)


def _ask_guardians(
    waiting: Pending, authorization: Authorization, needed: tuple[str, ...], act: str | None, now: int
) -> Page:
    service, account = authorization.client.service, authorization.signed_in.account
    alone = act == "ask" and not consent.ask_guardians(service, account, needed, now)
    question = consent.question(service, account)
    return render_template(
        "oidc/ask_guardians.html",
        waiting=waiting,
        words=in_words(needed),
        waits=bool(question and question.asked_at),
        refused=bool(question and question.refused_at),
        refusal=Refusal(NO_GUARDIAN_ACCOUNT) if alone else None,
    )


@blueprint.app_template_global("services_of")
def services_of(sid: str) -> list[str]:
    """Names of the services with a grant in this session."""
    return [client.registration.client_name for client in session_end.clients_of(sid)]


@blueprint.get("/session_ended")
def replaced() -> Page:
    """A new sign-in has replaced another person's session: show it, and notify its services by front-channel logout."""
    moment = now()
    replaced_session = cookies.replaced(moment)
    ended = sessions.account_of(replaced_session[0]) if replaced_session is not None else None
    if replaced_session is None or ended is None:
        return redirect(url_for("signin.home"), 303)
    sid, onward_to = replaced_session
    frames, session = session_end.front_channel(sid), current_login.current(moment)
    if session is None and not frames:
        # The person chose another account, and a page before has shown this.
        return redirect(onward_to, 303)
    if frames:
        g.frames = session_end.origins_of(frames)
    return render_template(
        "oidc/replaced.html",
        ended=ended,
        services=services_of(sid),
        account=session.account if session is not None else None,
        frames=frames,
        onward=onward_to,
    )


@blueprint.route("/device", methods=["GET", "POST"])
def device() -> Page:
    """RFC 8628 §3.3: the user code, typed or from the QR code; then an ordinary login."""
    moment = now()
    form, form_page = EmptyForm(), FormPage("oidc/device.html")
    typed = http.form.get("user_code", http.args.get("user_code", ""))[:40]
    with form_page:
        if form.validate_on_submit():
            authorization = device_codes.look_up(typed, address(), moment)
            return authorize.wait_for(authorization, authorize.asked_of(authorization, moment), moment)
    return form_page.show(form=form, typed=typed)


@blueprint.get("/device/done")
def device_done() -> str:
    return render_template("oidc/device_done.html", refused="refused" in http.args)


@blueprint.get("/device/qr.svg")
def device_qr() -> Response:
    """The QR code as an image, for a device that cannot render one itself (RFC 8628 §3.3.1)."""
    drawn = device_codes.picture(http.args.get("user_code", "")[:40])
    if drawn is None:
        raise Refusal(PAGE_NOT_FOUND, "no user code")
    return Response(drawn, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})
