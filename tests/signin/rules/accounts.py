"""An account for the tests of rules, in memory alone."""

from idp.people.rules.accounts import AccountFacts

NOW = 1000


def account(**changes: object) -> AccountFacts:
    values: dict[str, object] = {
        "id": 1,
        "person_id": 1,
        "username": "c.durand",
        "subject": "s",
        "kind": "guardian",
        "state": "active",
        "first_name": "Claire",
        "family_name": "Durand",
        "mail": "c@example.org",
        "mail_verified_at": 1,
        "identity_proved_at": 1,
        "renewal_asked_at": None,
        "password_changed_at": 1,
        "credentials_generation": 0,
        "present": True,
        **changes,
    }
    return AccountFacts(**values)  # type: ignore[arg-type]
