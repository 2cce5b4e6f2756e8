"""The page on which a person chooses a password: at the first login, in "Mon compte", after a recovery."""

from typing import Any

from idp.passwords.forms import NewPasswordForm
from idp.passwords.policy import policy_of
from idp.passwords.rules.passwords import RULES, same_password
from idp.people.rules.accounts import AccountFacts
from idp.refusals import Refusal
from idp.refusals.activation import PASSWORD_ALREADY_SET
from idp.runtime.context import now
from idp.signin import current_login, passwords
from idp.signin.sessions import Session
from idp.web.form_pages import FormPage


def choose(session: Session, form: NewPasswordForm) -> str:
    """Choose the password of the form. Returns the cookie's new token. Raises Refusal A01, A09, A11, S04, S06.

    A11 is for the error handler (`FormPage`, `but`): the session ended with the password that another request replaced.
    """
    try:
        first, second = form.password.data or "", form.again.data or ""
        return passwords.choose(session, first, second, now(), current_login.sent_key())
    except Refusal as refusal:
        if refusal.code == PASSWORD_ALREADY_SET:
            current_login.read_again()
        raise


def show_new_password(
    form_page: FormPage, form: NewPasswordForm, account: AccountFacts, **values: Any
) -> tuple[str, int]:
    """The form with the rules that a password of this account must keep."""
    first, second = form.password.data or "", form.again.data or ""
    return form_page.show(
        form=form,
        account=account,
        policy=policy_of(account),
        rules=RULES,
        different=form.is_submitted() and not same_password(first, second),
        **values,
    )
