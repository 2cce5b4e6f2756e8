"""When a login offers a passkey: once, on a phone, after a password that this login has asked for."""

from typing import Any

import pytest

from idp.signin.rules.steps import Asked, Visit, next_step
from tests.signin.rules.accounts import NOW, account

ASKED = Asked(("responsable",), before="old", at=NOW)
VISIT: dict[str, Any] = {"auth_time": NOW, "amr": ("pwd",), "sid": "new", "at_phone": True}


def owed(
    asked: Asked = ASKED, later: int = 0, facts: dict[str, Any] | None = None, **visit: Any
) -> str | None:
    step = next_step(asked, Visit(account(**(facts or {})), **{**VISIT, **visit}), NOW + later)
    return step.name if step else None


def test_it_is_offered_after_a_password_on_a_phone() -> None:
    assert owed() == "offer_passkey"


@pytest.mark.parametrize(
    "changes",
    [
        {"at_phone": False},
        {"amr": ("swk", "user", "mfa")},
        {"amr": ("pwd", "otp", "mfa")},
        {"sid": "old"},
        {"auth_time": NOW - 1},
        {"facts": {"passkey_offer_answered_at": 1}},
        {"later": 601},
        {"asked": Asked(("responsable",), prompt=("none",), before="old", at=NOW)},
    ],
    ids=str,
)
def test_it_is_not_offered_otherwise(changes: dict[str, Any]) -> None:
    assert owed(**changes) is None


def test_who_has_a_second_factor_is_asked_for_it() -> None:
    assert owed(facts={"second_factor_since": 1}) == "second_factor"


def test_it_comes_after_the_steps_of_the_first_login_and_before_consent() -> None:
    assert owed(facts={"state": "confirming", "mail_verified_at": None}) == "confirm_mail"
    assert owed(device_known=False) == "new_device"
    assert owed(consent_owed=True) == "offer_passkey"
    assert owed(consent_owed=True, at_phone=False) == "consent"
