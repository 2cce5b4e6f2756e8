"""The next step, as a table: request, session, and the first step owed."""

import pytest

from idp.signin.rules.steps import STEPS, Asked, Visit, next_step
from tests.signin.rules.accounts import NOW, account


def test_a_login_after_the_request_counts_and_still_expires() -> None:
    asked = Asked(("responsable",), prompt=("login",), max_age=60, before="old", at=NOW)

    def owed(now: int, **changes: object) -> str | None:
        step = next_step(asked, Visit(account(), **changes), now)  # type: ignore[arg-type]
        return step.name if step else None

    new = {"auth_time": NOW, "sid": "new"}
    assert owed(NOW, **new) is None
    assert owed(NOW + 600, **new) is None, "the steps after a login take their time"
    assert owed(NOW + 3400, **new) == "sign_in", "an old tab that is taken up again"
    assert owed(NOW, **{**new, "auth_time": NOW - 1}) == "sign_in", "another session, but not a new one"


ALL = ("responsable", "eleve", "personnel")
NOBODY = Visit(None, None)
NEW = {"state": "notified", "mail": None, "mail_verified_at": None, "identity_proved_at": None}
CHOSEN = {"state": "confirming", "mail": None, "mail_verified_at": None, "identity_proved_at": None}
ASKED = {"state": "confirming", "mail_verified_at": None}


@pytest.mark.parametrize(
    ("asked", "visit", "expected"),
    [
        (Asked(ALL), NOBODY, "sign_in"),
        (Asked(("eleve",)), NOBODY, "sign_in"),
        (Asked(ALL), Visit(account(), 10), None),
        (Asked(ALL, prompt=("login",)), Visit(account(), NOW - 1), "sign_in"),
        (Asked(ALL, prompt=("login",)), Visit(account(), NOW, sid="new"), None),
        (Asked(ALL, prompt=("select_account",)), Visit(account(), NOW - 1), "sign_in"),
        (Asked(ALL, max_age=0), Visit(account(), NOW - 1), "sign_in"),
        (Asked(ALL, max_age=0), Visit(account(), NOW, sid="new"), None),
        (Asked(ALL, max_age=990), Visit(account(), 10), None),
        (Asked(ALL, max_age=989), Visit(account(), 10), "sign_in"),
        (Asked(ALL, hinted=2), Visit(account(), 10), "sign_in"),
        (Asked(ALL, hinted=2), Visit(account(), NOW, sid="new"), "other_account"),
        (Asked(ALL, hinted=1), Visit(account(), 10), None),
        (Asked(("eleve",)), Visit(account(), 10), "other_account"),
        (Asked(("eleve",)), Visit(account(**NEW), 10), "other_account"),
        (Asked(ALL), Visit(account(**NEW), 10), "new_password"),
        (Asked(ALL), Visit(account(renewal_asked_at=5), 10), "new_password"),
        (Asked(ALL), Visit(account(renewal_asked_at=5, password_changed_at=6), 10), None),
        (Asked(ALL), Visit(account(**CHOSEN), 10), "identity"),
        (Asked(ALL), Visit(account(**CHOSEN, kind="pupil"), 10), "identity"),
        (Asked(ALL), Visit(account(**{**CHOSEN, "identity_proved_at": 1}), 10), "identity"),
        (Asked(ALL), Visit(account(**ASKED), 10), "confirm_mail"),
        (Asked(ALL), Visit(account(kind="pupil", mail=None, mail_verified_at=None), 10), None),
    ],
)
def test_the_first_step_owed(asked: Asked, visit: Visit, expected: str | None) -> None:
    step = next_step(asked, visit, NOW)
    assert (step.name if step else None) == expected


def test_an_inactive_account_always_owes_a_step() -> None:
    for kind in ("guardian", "pupil", "staff"):
        for state in ("created", "notified", "confirming", "locked", "expired", "closed"):
            for proved in (None, 1):
                for mail in (None, "c@example.org"):
                    visit = Visit(account(kind=kind, state=state, identity_proved_at=proved, mail=mail), NOW)
                    assert next_step(Asked(ALL), visit, NOW) is not None, (kind, state)


def test_every_step_has_an_oauth_error() -> None:
    assert {step.silent_error for step in STEPS} <= {
        "login_required",
        "interaction_required",
        "account_selection_required",
        "consent_required",
    }
