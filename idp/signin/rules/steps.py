"""Steps that a person owes before a relying party gets its response: one list, evaluated again after every page.

`prompt`, `max_age`, `acr_values`, an id_token_hint and the profiles that a service accepts are conditions of steps.
No page knows the next one; each returns to the dispatcher, which asks `next_step`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from idp.people.rules.accounts import AccountFacts, State


@dataclass(frozen=True)
class Asked:
    """Requirements of a request, from an authorization request or a page of our own.

    `profiles`: accepted profiles, in display order. `prompt`: OIDC Core §3.1.2.1. `max_age`: seconds or None.
    `level`: the authentication level that is needed (`eidas1` or `eidas2`). `hinted`: the account that an id_token_hint
    names, or None. `before`: `sid` of the session that was live when the request arrived at `at`, which
    distinguishes a later login within the same second.
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
    """The visitor: the account of the live session, and the time of its authentication.

    `picked`: the profile chosen for this request, or None. `amr`: authentication methods (RFC 8176). `device_known`: the
    person has proved in this browser who they are.
    `needs_second_factor`: the settings demand two steps of accounts of this kind.
    `at_phone`: the browser is a phone's. `consent_owed`: the service may receive nothing before the person, or their guardian, consents; computed by the protocol package.
    """

    account: AccountFacts | None
    auth_time: int | None
    amr: tuple[str, ...] = ()
    sid: str | None = None
    device_known: bool = True
    needs_second_factor: bool = False
    picked: str | None = None
    consent_owed: bool = False
    at_phone: bool = False


@dataclass(frozen=True)
class Step:
    """`owed(asked, visit, now)`; `silent_error`: the error if prompt=none forbids a page (OIDC Core §3.1.2.6).

    `endpoint`: the Flask endpoint of its page, which `package` serves.
    """

    name: str
    owed: Callable[[Asked, Visit, int], bool]
    silent_error: str
    package: str = "signin"

    @property
    def endpoint(self) -> str:
        return f"{self.package}.{self.name}"


STEPS_TAKE = 600
"""Seconds that a person may need for the steps after a login, whatever `max_age` a service asks for."""


def _must_sign_in(asked: Asked, visit: Visit, now: int) -> bool:
    if visit.account is None or visit.auth_time is None:
        return True
    if _is_of_this_login(asked, visit):
        return asked.max_age is not None and now - visit.auth_time > max(asked.max_age, STEPS_TAKE)
    if "login" in asked.prompt or "select_account" in asked.prompt:
        return True
    # OIDC Core §3.1.2.1, errata set 2: max_age=0 is prompt=login.
    if asked.max_age is not None and (asked.max_age == 0 or now - visit.auth_time > asked.max_age):
        return True
    return asked.hinted is not None and asked.hinted != visit.account.id


def _is_of_this_login(asked: Asked, visit: Visit) -> bool:
    """Whether the session was opened for this request, which may not have seen it: a cross-site POST sends no cookie."""
    return visit.sid != asked.before and visit.auth_time is not None and visit.auth_time >= asked.at


def _is_somebody_else(asked: Asked, visit: Visit, now: int) -> bool:
    account = visit.account
    if account is None:
        return False
    if account.profile not in asked.profiles or visit.picked not in (None, account.profile):
        return True
    return asked.hinted is not None and asked.hinted != account.id


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
    """An enrolled second factor is asked at every login: a service with lower demands must not bypass it."""
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


def _may_be_offered_a_passkey(asked: Asked, visit: Visit, now: int) -> bool:
    """Once, on a phone, in the login that a password has just opened. No request without a page meets it (prompt=none)."""
    account = visit.account
    if account is None or account.state != State.ACTIVE or account.passkey_offer_answered_at is not None:
        return False
    if not visit.at_phone or account.has_second_factor or visit.amr != ("pwd",) or "none" in asked.prompt:
        return False
    return _is_of_this_login(asked, visit) and now - (visit.auth_time or 0) <= STEPS_TAKE


def _owes_consent(asked: Asked, visit: Visit, now: int) -> bool:
    return visit.consent_owed


CONSENT = Step("consent", _owes_consent, "consent_required", "services")

STEPS = (
    Step("sign_in", _must_sign_in, "login_required"),
    Step("other_account", _is_somebody_else, "account_selection_required"),
    Step("second_factor", _owes_second_factor, "interaction_required"),
    Step("new_device", _is_at_a_new_device, "interaction_required"),
    Step("new_password", _owes_password, "interaction_required"),
    Step("identity", _owes_identity, "interaction_required"),
    Step("confirm_mail", _owes_confirmed_mail, "interaction_required"),
    Step("set_up_factor", _must_set_up_second_factor, "interaction_required"),
    Step("offer_passkey", _may_be_offered_a_passkey, "interaction_required"),
    CONSENT,
)


def next_step(asked: Asked, visit: Visit, now: int) -> Step | None:
    """The first step owed; None: the relying party may get its response."""
    for step in STEPS:
        if step.owed(asked, visit, now):
            return step
    return None
