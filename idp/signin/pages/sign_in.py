"""Pages: sign in, choose a profile, account not accepted by this service (S07).

One page signs everybody in: the account of the username decides the profile. A person may choose one before, on the
page `profile`: the service then accepts no other account in this login.
"""

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from idp.observability import counting
from idp.passwords.forms import SignInForm
from idp.refusals import Refusal
from idp.refusals.signing_in import PROFILE_NOT_ACCEPTED, TOO_BUSY
from idp.runtime.context import address, now
from idp.signin import authentication, cookies, current_login
from idp.signin import sign_in_queue as queue
from idp.signin.pages import arrival, made_for
from idp.signin.pages.step import allow_its_end, blueprint, is_owed, onward, step
from idp.signin.pending import Pending
from idp.signin.sessions import Session
from idp.turns import line
from idp.turns import pages as turn_pages
from idp.turns.rules.places import SECOND, Place
from idp.web.form_pages import Page
from idp.web.forms import EmptyForm


@step("profile", for_anybody=True)
def profile(waiting: Pending) -> Page:
    """Choice of a profile, for who wants to choose: remembered on this browser."""
    form = EmptyForm()
    chosen = request.form.get("profile")
    present = _signed_in_meanwhile(waiting)
    if form.validate_on_submit() and chosen in waiting.asked.profiles:
        cookies.remember_profile(str(chosen))
        current_login.choose_profile(waiting, chosen, now())
        return _ask_which(waiting) if present is not None else onward(waiting)
    if not is_owed(waiting, "sign_in"):
        return onward(waiting)
    return render_template("signin/profile.html", form=form, waiting=waiting)


def hold_newcomer() -> Response | None:
    """Hook before each request: who asks for the form and has no session may have to wait, at the least cost."""
    if request.endpoint != "signin.sign_in" or request.method != "GET" or cookies.session_token() is not None:
        return None
    return turn_pages.hold()


@step("sign_in", for_anybody=True)
def sign_in(waiting: Pending) -> Page:
    """The password is verified even if another tab has signed in another person since this page was shown."""
    form = SignInForm(username=waiting.asked.login_hint)
    held = queue.unseal(cookies.waiting_ticket(), waiting.id, cookies.browser(), now())
    if form.validate_on_submit():
        typed = form.username.data or "", form.password.data or ""
    elif held is not None and request.method == "GET":
        # The waiting page has come back: it sends the form again when the person's turn has come.
        typed = held
        form.username.data = held[0]
        if (waits := turn_pages.hold()) is not None:
            return waits
    elif not is_owed(waiting, "sign_in"):
        return onward(waiting)
    else:
        return turn_pages.hold() or _sign_in_page(waiting, form, None)
    present = _signed_in_meanwhile(waiting)
    place = turn_pages.place()
    try:
        opened = authentication.sign_in(
            *typed,
            address(),
            request.user_agent.string,
            now(),
            cookies.browser(),
            present.account.id if present is not None else None,
            _profiles(waiting),
            place,
        )
    except Refusal as refusal:
        counting.refused(refusal.code, refusal.name)
        if refusal.code == TOO_BUSY:
            return _in_line(waiting, typed, place)
        page = make_response(_sign_in_page(waiting, form, refusal), refusal.status)
        if place is not None:
            turn_pages.remember(page, line.again(place, now()))
        return cookies.clear_waiting_ticket(page, request.path)
    response = onward(waiting)
    if opened.token is not None:
        response = redirect(arrival.signed_in(opened.token, response.location), 303)
        response = cookies.set_session(response, opened.token)
    turn_pages.remember(response, None)
    return cookies.clear_waiting_ticket(response, request.path) if held else response


def _signed_in_meanwhile(waiting: Pending) -> Session | None:
    """The session that another tab has opened and with which this request can continue, or None."""
    owed = current_login.owed(waiting, now())
    return None if owed is not None and owed.name == "sign_in" else current_login.current(now())


def _in_line(waiting: Pending, typed: tuple[str, str], place: Place | None) -> Response:
    """The hashing pool is full: the person waits for a turn, and what they have typed waits in a cookie, with or without scripts.

    Who had a place has the next; others wait at the end of the line.
    """
    moment = now()
    soonest = (moment + queue.AGAIN) * SECOND
    had = line.again(place, moment, soonest) if place is not None else None
    new_place = had or line.take(address(), moment, soonest)
    response = redirect(request.path, 303)
    lasts = queue.LIFETIME + (new_place.turn // SECOND - moment if new_place is not None else 0)
    ticket = queue.seal(*typed, waiting.id, cookies.browser(), moment + lasts)
    cookies.set_waiting_ticket(response, ticket, request.path, lasts)
    return turn_pages.remember(response, new_place)


def _profiles(waiting: Pending) -> tuple[str, ...]:
    """The profile that was chosen, if the service accepts it; else all that the service accepts, in its order."""
    chosen = waiting.profile or cookies.remembered_profile()
    return (chosen,) if chosen in waiting.asked.profiles else waiting.asked.profiles


def _sign_in_page(waiting: Pending, form: SignInForm, refusal: Refusal | None) -> str:
    return render_template(
        "signin/sign_in.html",
        form=form,
        waiting=waiting,
        refusal=refusal,
        profiles=_profiles(waiting),
        present=_signed_in_meanwhile(waiting),
    )


@blueprint.post("/login/<pending_id>/change_profile")
def change_profile(pending_id: str) -> Response:
    """ "Changer de profil" on the sign-in page."""
    waiting = current_login.waiting_login(pending_id, now())
    if EmptyForm().validate_on_submit():
        cookies.forget_profile()
        current_login.choose_profile(waiting, None, now())
        if _signed_in_meanwhile(waiting) is not None:
            return _ask_which(waiting)
    return redirect(url_for("signin.profile", pending_id=waiting.id), 303)


@step("other_account")
def other_account(waiting: Pending) -> Page:
    """The service does not accept this account (S07): shown before the person goes back to the service."""
    session = current_login.current(now())
    assert session is not None
    if session.account.profile in waiting.asked.profiles and waiting.asked.hinted in (
        None,
        session.account.id,
    ):
        return _ask_which(waiting)
    if EmptyForm().validate_on_submit():
        return leave(waiting.id)
    page = render_template(
        "signin/other_account.html",
        form=EmptyForm(),
        waiting=waiting,
        session=session,
        account=session.account,
        refusal=Refusal(PROFILE_NOT_ACCEPTED),
    )
    return page, 403


def _ask_which(waiting: Pending) -> Response:
    return redirect(url_for("signin.which_account", pending_id=waiting.id), 303)


@blueprint.route("/login/<pending_id>/which_account", methods=["GET", "POST"])
def which_account(pending_id: str) -> Page:
    """Continue as the signed-in person, or sign in as another? Asked if an unknown person chose the profile on this browser."""
    waiting = current_login.waiting_login(pending_id, now())
    session = current_login.current(now())
    if session is None or session.account.profile not in waiting.asked.profiles:
        return onward(waiting)
    allow_its_end(waiting)
    made_for.hold(session)
    if EmptyForm().validate_on_submit():
        cookies.remember_profile(session.account.profile)
        current_login.choose_profile(waiting, session.account.profile, now())
        return onward(waiting)
    return render_template(
        "signin/which_account.html", waiting=waiting, session=session, account=session.account
    )


@blueprint.post("/login/<pending_id>/leave")
def leave(pending_id: str) -> Response:
    """ "Se connecter avec un autre compte": the session ends, and the request continues without it."""
    waiting = current_login.waiting_login(pending_id, now())
    session = current_login.current(now())
    if session is None or not EmptyForm().validate_on_submit():
        return onward(waiting)
    made_for.hold(session)
    cookies.forget_profile()
    current_login.choose_profile(waiting, None, now())
    address_after = arrival.leave(session, session.account.actor, onward(waiting).location)
    return cookies.clear_session(redirect(address_after, 303))
