"""The dispatcher of a waiting login, its consent, and its cancellation."""

from flask import g, render_template
from flask import request as http
from werkzeug.wrappers import Response

from idp.refusals import Refusal
from idp.refusals.requests import NO_GUARDIAN_ACCOUNT
from idp.runtime.context import now
from idp.services import consent, sign_in
from idp.services.pages.blueprint import blueprint
from idp.services.protocols import SignInRequest
from idp.services.rules.kinds_in_words import in_words
from idp.signin import current_login
from idp.signin.pages import made_for
from idp.signin.pages.step import onward
from idp.signin.pending import Pending
from idp.signin.rules.steps import CONSENT
from idp.web.form_pages import Page
from idp.web.forms import EmptyForm


@blueprint.get("/login/<pending_id>")
def resume(pending_id: str) -> Response:
    """The dispatcher of a waiting login. Its URL is the prefix of every URL of that login, and the path of its cookie."""
    return sign_in.resume(pending_id, now())


@blueprint.route("/login/<pending_id>/consent", methods=["GET", "POST"], endpoint="consent")
def ask(pending_id: str) -> Page:
    """Consent: what the service receives, in plain words; for a pupil under 15, the question to the guardians."""
    moment = now()
    waiting = current_login.waiting_login(pending_id, moment)
    if waiting.kind == "own":
        return onward(waiting)
    request = sign_in.waiting_request(waiting, moment)
    if current_login.owed(waiting, moment, sign_in.consent_is_owed(request)) is not CONSENT:
        return onward(waiting)
    assert request.session is not None
    g.ui_locales = waiting.asked.locales
    g.form_action = f"'self' {waiting.service.origin}" if waiting.service else "'self'"
    made_for.hold(request.session)
    act = http.form.get("act") if EmptyForm().validate_on_submit() else None
    if act == "refuse":
        return sign_in.refuse_consent(request, waiting, moment)
    account, needed = request.session.account, request.kinds
    if consent.waits_for_guardian(request.service, account, needed, moment):
        return _ask_guardians(waiting, request, needed, act, moment)
    # The registration may have changed since the page was rendered: consent covers what the page showed.
    if act == "agree" and http.form.get("shown") == " ".join(needed):
        consent.give(request.service, account, needed, moment)
        return sign_in.agreed(request, waiting, moment)
    return render_template(
        "services/consent.html",
        waiting=waiting,
        account=account,
        words=in_words(request.shown_kinds, account.kind),
        shown=" ".join(needed),
        device=request.is_device,
    )


@blueprint.post("/login/<pending_id>/cancel")
def cancel(pending_id: str) -> Page:
    """ "Annuler et revenir au service", from any step before the answer (RFC 6749 §4.1.2.1, access_denied)."""
    moment = now()
    waiting = current_login.waiting_login(pending_id, moment)
    if waiting.kind == "own" or not EmptyForm().validate_on_submit():
        return onward(waiting)
    return sign_in.cancel(sign_in.waiting_request(waiting, moment), waiting, moment)


def _ask_guardians(
    waiting: Pending, request: SignInRequest, needed: tuple[str, ...], act: str | None, now: int
) -> Page:
    assert request.session is not None
    service, account = request.service, request.session.account
    alone = act == "ask" and not consent.ask_guardians(service, account, needed, now)
    question = consent.question(service, account)
    return render_template(
        "services/ask_guardians.html",
        waiting=waiting,
        words=in_words(request.shown_kinds),
        waits=bool(question and question.asked_at),
        refused=bool(question and question.refused_at),
        refusal=Refusal(NO_GUARDIAN_ACCOUNT) if alone else None,
    )
