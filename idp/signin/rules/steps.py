"""What a person still owes before a relying party gets its answer: one list, asked again after every page.

`prompt`, `max_age`, `acr_values`, an id_token_hint and the profiles that a service accepts are conditions of steps.
No page knows the next one; each returns to the dispatcher, which asks `next_step`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from idp.people.rules.accounts import AccountFacts, State


@dataclass(frozen=True)
class Asked:
    """What a request demands of the person. Built from an authorization request, or from a page of our own.

    `profiles`: who may come in, in the order to show. `prompt`: OIDC Core §3.1.2.1. `max_age`: seconds or None.
    `level`: the authentication level that is needed (`eidas1` or `eidas2`). `hinted`: the account that an id_token_hint
    names, or None. `before`: `sid` of the session that was live when the request arrived at the moment `at`, so that a
    login since is known as one, whatever the clock's grain.
    """

    profiles: tuple[str, ...]
    prompt: tuple[str, ...] = ()
    max_age: int | None = None
    hinted: int | None = None
    login_hint: str | None = None
    locales: tuple[str, ...] = ()
    level: str = "eidas1"
    before: str | None = None
    at: int = 0


@dataclass(frozen=True)
class Visit:
    """Who stands at the door: the account of the live session, when it was proved, the profile chosen on this browser.

    `amr`: how it was proved (RFC 8176). `device_known`: the person has shown in this browser who they are.
    `needs_second_factor`: the house asks two steps of people of this kind.
    """

    account: AccountFacts | None
    auth_time: int | None
    chosen_profile: str | None
    amr: tuple[str, ...] = ()
    sid: str | None = None
    device_known: bool = True
    needs_second_factor: bool = False


@dataclass(frozen=True)
class Step:
    """`owed(asked, visit, now)`; `silent_error` is the answer when prompt=none forbids a page (OIDC Core §3.1.2.6)."""

    name: str
    owed: Callable[[Asked, Visit, int], bool]
    silent_error: str


STEPS_TAKE = 600
"""Seconds that a person may need for the steps after a login, whatever `max_age` a service asks for."""


def _must_sign_in(asked: Asked, visit: Visit, now: int) -> bool:
    if visit.account is None or visit.auth_time is None:
        return True
    # A session may be older than its request and still not be the one of then: a form from another site brings no cookie.
    if visit.sid != asked.before and visit.auth_time >= asked.at:
        return asked.max_age is not None and now - visit.auth_time > max(asked.max_age, STEPS_TAKE)
    if "login" in asked.prompt or "select_account" in asked.prompt:
        return True
    # OIDC Core §3.1.2.1, errata set 2: max_age=0 is prompt=login.
    if asked.max_age is not None and (asked.max_age == 0 or now - visit.auth_time > asked.max_age):
        return True
    return asked.hinted is not None and asked.hinted != visit.account.id


def _must_choose_profile(asked: Asked, visit: Visit, now: int) -> bool:
    if len(asked.profiles) < 2 or visit.chosen_profile in asked.profiles:
        return False
    return _must_sign_in(asked, visit, now)


def _is_somebody_else(asked: Asked, visit: Visit, now: int) -> bool:
    account = visit.account
    if account is None:
        return False
    return account.profile not in asked.profiles or (asked.hinted is not None and asked.hinted != account.id)


def _owes_password(asked: Asked, visit: Visit, now: int) -> bool:
    return visit.account is not None and visit.account.owes_password


def _owes_identity(asked: Asked, visit: Visit, now: int) -> bool:
    account = visit.account
    if account is None or account.state == State.ACTIVE:
        return False
    return not account.identity_proved or (account.kind != "pupil" and account.mail is None)


def _owes_confirmed_mail(asked: Asked, visit: Visit, now: int) -> bool:
    account = visit.account
    return account is not None and account.state != State.ACTIVE


def _owes_second_factor(asked: Asked, visit: Visit, now: int) -> bool:
    """Whoever has one gives it at every login: a service that asks less must not be the way round it."""
    return visit.account is not None and visit.account.has_second_factor and "mfa" not in visit.amr


def _is_at_a_new_device(asked: Asked, visit: Visit, now: int) -> bool:
    account = visit.account
    if account is None or account.state != State.ACTIVE or "mfa" in visit.amr:
        return False
    return not visit.device_known


def _must_set_up_second_factor(asked: Asked, visit: Visit, now: int) -> bool:
    if visit.account is None or "mfa" in visit.amr:
        return False
    return visit.needs_second_factor or asked.level == "eidas2"


STEPS = (
    Step("profile", _must_choose_profile, "login_required"),
    Step("sign_in", _must_sign_in, "login_required"),
    Step("other_account", _is_somebody_else, "account_selection_required"),
    Step("second_factor", _owes_second_factor, "interaction_required"),
    Step("new_device", _is_at_a_new_device, "interaction_required"),
    Step("new_password", _owes_password, "interaction_required"),
    Step("identity", _owes_identity, "interaction_required"),
    Step("confirm_mail", _owes_confirmed_mail, "interaction_required"),
    Step("set_up_factor", _must_set_up_second_factor, "interaction_required"),
)


def next_step(asked: Asked, visit: Visit, now: int) -> Step | None:
    """The first step owed, or None: the relying party may have its answer."""
    for step in STEPS:
        if step.owed(asked, visit, now):
            return step
    return None
