"""Profile, sign-in, and the wrong account at the right door."""

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from idp.context import address, now
from idp.refusals import Refusal
from idp.signin import authentication, cookies, pending, sessions, visits
from idp.signin import waiting as queue
from idp.signin.pages.forms import EmptyForm, SignInForm
from idp.signin.pages.step import Page, blueprint, onward, step
from idp.signin.pending import Pending


@step("profile")
def profile(waiting: Pending) -> Page:
    """Who are you? Asked once on a browser, and not at all where the service's request settles it."""
    form = EmptyForm()
    chosen = request.form.get("profile")
    if form.validate_on_submit() and chosen in waiting.asked.profiles:
        cookies.remember_profile(str(chosen))
        pending.choose_profile(waiting, chosen)
        return onward(waiting)
    return render_template("signin/profile.html", form=form, waiting=waiting)


@step("sign_in")
def sign_in(waiting: Pending) -> Page:
    form = SignInForm(username=waiting.asked.login_hint)
    held = queue.unseal(cookies.waiting_ticket(), waiting.id, cookies.browser(), now())
    if form.validate_on_submit():
        typed = form.username.data or "", form.password.data or ""
    elif held is not None and request.method == "GET":
        # The page that waited for its turn has come back by itself.
        typed = held
    else:
        return _sign_in_page(waiting, form, None)
    try:
        opened = authentication.sign_in(
            *typed, address(), request.user_agent.string, now(), cookies.browser()
        )
    except Refusal as refusal:
        if refusal.code == "S06":
            return _in_line(waiting, typed, refusal)
        page = make_response(_sign_in_page(waiting, form, refusal), refusal.status)
        return cookies.clear_waiting_ticket(page, request.path)
    response = cookies.set_session(onward(waiting), opened.token)
    return cookies.clear_waiting_ticket(response, request.path) if held else response


def _in_line(waiting: Pending, typed: tuple[str, str], refusal: Refusal) -> Response:
    """Too many at once: the page says so and tries again by itself, without a script too."""
    page = make_response(render_template("signin/in_line.html", waiting=waiting), refusal.status)
    page.headers["Refresh"] = page.headers["Retry-After"] = str(queue.AGAIN)
    if cookies.waiting_ticket() is None or request.method == "POST":
        ticket = queue.seal(*typed, waiting.id, cookies.browser(), now())
        cookies.set_waiting_ticket(page, ticket, request.path, queue.LIFETIME)
    return page


def _sign_in_page(waiting: Pending, form: SignInForm, refusal: Refusal | None) -> str:
    chosen = waiting.profile or cookies.remembered_profile()
    shown = chosen if chosen in waiting.asked.profiles else waiting.asked.profiles[0]
    return render_template("signin/sign_in.html", form=form, waiting=waiting, refusal=refusal, profile=shown)


@blueprint.post("/login/<pending_id>/change_profile")
def change_profile(pending_id: str) -> Response:
    """ "Changer de profil" on the sign-in page."""
    waiting = pending.find(pending_id, cookies.browser(), now())
    if EmptyForm().validate_on_submit():
        cookies.forget_profile()
        pending.choose_profile(waiting, None)
    return redirect(url_for("signin.profile", pending_id=waiting.id), 303)


@step("other_account")
def other_account(waiting: Pending) -> Page:
    """The service does not accept this account: said here, before going back to it, with a way on (S07)."""
    session = visits.current(now())
    assert session is not None
    form = EmptyForm()
    if form.validate_on_submit():
        sessions.end(session, f"account:{session.account.id}", now())
        cookies.forget_profile()
        pending.choose_profile(waiting, None)
        return cookies.clear_session(onward(waiting))
    page = render_template(
        "signin/other_account.html",
        form=form,
        waiting=waiting,
        account=session.account,
        refusal=Refusal("S07"),
    )
    return page, 403
