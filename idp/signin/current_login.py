"""The current request's live session, its waiting login, and the steps still owed."""

from dataclasses import replace

from flask import after_this_request, request, url_for
from werkzeug.wrappers import Response

from idp.refusals import Refusal
from idp.refusals.activation import PASSWORD_ALREADY_SET
from idp.runtime.context import settings
from idp.signin import cookies, pending, sessions
from idp.signin.pending import Pending, Service
from idp.signin.rules.steps import Asked, Step, Visit, next_step
from idp.signin.sessions import Session


def current(now: int) -> Session | None:
    """The live session of this browser, read once for each request."""
    environ = request.environ
    if "idp.session" not in environ:
        environ["idp.session"] = sessions.read(cookies.session_token(), now, settings().sessions)
    session: Session | None = environ["idp.session"]
    return session


def refuse_replaced() -> None:
    """Raise Refusal A11 if this browser's session ended because the account's password was replaced."""
    if sessions.was_replaced(cookies.session_token(), sent_key()):
        raise Refusal(PASSWORD_ALREADY_SET, "the session ended with the password that opened it")


def sent_key() -> str:
    """The one-time key of the sent form (`idp.answers.once`); empty without one."""
    return request.form.get("once", "")[:100] if request.method == "POST" else ""


def read_again() -> None:
    """Discard the cached session after this request's act lost against a concurrent one."""
    request.environ.pop("idp.session", None)


def first_owed(asked: Asked, now: int, picked: str | None = None, consent_owed: bool = False) -> Step | None:
    """The first step that the visitor still owes, or None. `picked`: the profile chosen for this request."""
    session = current(now)
    if session is None:
        return next_step(asked, Visit(None, None), now)
    return next_step(asked, _visit(session, picked, consent_owed), now)


def _visit(session: Session, picked: str | None, consent_owed: bool) -> Visit:
    account = session.account
    # No method at all: another provider's login was too weak (`idp.federation.rules.assurance`).
    forced = not session.amr or (account.kind == "staff" and settings().signin.staff_second_factor)
    return Visit(
        account,
        session.auth_time,
        session.amr,
        session.sid,
        session.device_known,
        forced,
        picked,
        consent_owed,
        at_phone="Mobi" in request.user_agent.string,
    )


def owed(waiting: Pending, now: int, consent_owed: bool = False) -> Step | None:
    """The first step owed for a waiting request."""
    return first_owed(waiting.asked, now, waiting.profile, consent_owed)


def begin_login(
    kind: str, asked_by: str, asked: Asked, service: Service | None, now: int, school: str | None = None
) -> Pending:
    """Store a validated authorization request in the browser during interaction.

    `asked_by`: the JSON text of the package that asks. `school`: UAI of the one school that this is for. Raises pending.TooLarge.
    """
    waiting = pending.begin(
        kind, asked_by, asked, service, cookies.browser(), now, settings().sessions.pending, school
    )
    _keep(waiting, now)
    return waiting


def waiting_login(pending_id: str, now: int) -> Pending:
    """The login that waits in this browser under the id in the page's URL. Raises Refusal R01, R02, R04."""
    return pending.read(pending_id, cookies.kept_login(), cookies.browser(), now)


def choose_profile(waiting: Pending, profile: str | None, now: int) -> None:
    """Store the profile chosen for this request; None asks again."""
    _keep(replace(waiting, profile=profile), now)


def remember_mail(waiting: Pending, typed: str, now: int) -> None:
    """Keep the address that was typed for this login; a page that is shown again has it (WCAG 2.2 §3.3.7)."""
    if typed != waiting.typed_mail:
        _keep(replace(waiting, typed_mail=typed[:254]), now)


def give_up(waiting: Pending, now: int) -> None:
    """End this login in this browser: the person has gone back to the service without signing in."""
    _keep(replace(waiting, given_up=True), now)


def _keep(waiting: Pending, now: int) -> None:
    sealed = pending.seal(waiting, cookies.browser())

    @after_this_request
    def bring(response: Response) -> Response:
        return cookies.keep_login(response, sealed, dispatcher(waiting.id), waiting.expires_at - now)


def dispatcher(pending_id: str) -> str:
    """The URL that redirects to the step owed; the URLs of all pages of this login begin with it."""
    return url_for("services.resume", pending_id=pending_id)
