"""The pages of this room: consent, and the code that a device shows."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from idp.context import address, now
from idp.oidc import authorize, consent, device_codes
from idp.oidc.clients import Client
from idp.oidc.rules.authorization_request import AuthorizationRequest
from idp.oidc.rules.consent import words
from idp.oidc.rules.scopes_in_words import in_words
from idp.refusals import ProtocolRefusal, Refusal
from idp.signin import cookies, pending, visits
from idp.signin.pages.forms import EmptyForm
from idp.signin.pages.step import onward
from idp.signin.pending import Pending

blueprint = Blueprint("oidc_pages", __name__)

Page = str | tuple[str, int] | Response


@blueprint.route("/login/<pending_id>/consent", methods=["GET", "POST"], endpoint="consent")
def ask(pending_id: str) -> Page:
    """What the service receives, in plain words; below 15 the question to the guardians."""
    waiting = pending.find(pending_id, cookies.browser(), now())
    session = visits.current(now())
    if waiting.kind != "oidc" or session is None or visits.owed(waiting, now()) is not None:
        return onward(waiting)
    asked, client = authorize.waiting_request(waiting)
    if not consent.is_owed(asked, client, session.account):
        return onward(waiting)
    g.ui_locales = waiting.asked.locales
    g.form_action = f"'self' {waiting.service.origin}" if waiting.service else "'self'"
    act = request.form.get("act") if EmptyForm().validate_on_submit() else None
    if act == "refuse":
        consent.refuse(asked, waiting.id, session.account, now())
        return _without(asked)
    needed = words(asked, client.registration)
    if consent.waits_for_guardian(asked, client, session.account, now()):
        return _ask_guardians(waiting, asked, client, act)
    # The registration may have changed since the page was read: what is agreed to is what was shown.
    if act == "agree" and request.form.get("shown") == " ".join(needed):
        consent.give(asked, client, session.account, now())
        return authorize.agreed(waiting, now())
    return render_template(
        "oidc/consent.html",
        waiting=waiting,
        account=session.account,
        words=in_words(needed),
        shown=" ".join(needed),
        device=asked.device is not None,
    )


@blueprint.post("/authorize/<pending_id>/cancel")
def cancel(pending_id: str) -> Page:
    """ "Annuler et revenir au service", from any step before the answer (RFC 6749 §4.1.2.1, access_denied)."""
    waiting = pending.find(pending_id, cookies.browser(), now())
    if waiting.kind != "oidc" or not EmptyForm().validate_on_submit():
        return onward(waiting)
    asked, _ = authorize.waiting_request(waiting)
    authorize.cancel(asked, waiting.id, now())
    return _without(asked)


def _without(asked: AuthorizationRequest) -> Page:
    """Back to the service, or to the device, with nothing."""
    if asked.device is not None:
        return redirect(url_for("oidc_pages.device_done", refused=1), 303)
    raise ProtocolRefusal("access_denied", "The person has not agreed.", asked.back_to)


def _ask_guardians(waiting: Pending, asked: AuthorizationRequest, client: Client, act: str | None) -> Page:
    session = visits.current(now())
    assert session is not None
    alone = False
    if act == "ask":
        alone = not consent.ask_guardians(asked, client, session.account, now())
    kept = consent.question(client, session.account)
    return render_template(
        "oidc/ask_guardians.html",
        waiting=waiting,
        words=in_words(words(asked, client.registration)),
        waits=bool(kept and kept.asked_at),
        refused=bool(kept and kept.refused_at),
        refusal=Refusal("Q03") if alone else None,
    )


@blueprint.route("/device", methods=["GET", "POST"])
def device() -> Page:
    """RFC 8628 §3.3: the code that the device shows, typed or brought by its QR code; then the usual way."""
    form, refusal = EmptyForm(), None
    typed = request.form.get("user_code", request.args.get("user_code", ""))[:40]
    if form.validate_on_submit():
        try:
            asked = device_codes.look_up(typed, address(), now())
            return authorize.wait_for(asked, authorize.asked_of(asked, now()), now())
        except Refusal as met:
            refusal = met
    page = render_template("oidc/device.html", form=form, typed=typed, refusal=refusal)
    return page, (refusal.status if refusal else 200)


@blueprint.get("/device/done")
def device_done() -> str:
    return render_template("oidc/device_done.html", refused="refused" in request.args)


@blueprint.get("/device/qr.svg")
def device_qr() -> Response:
    """The code's page as a QR code, for a device or a page that can show a picture and cannot draw one (§3.3.1)."""
    drawn = device_codes.picture(request.args.get("user_code", "")[:40])
    if drawn is None:
        raise Refusal("G01", "no user code")
    return Response(drawn, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})
