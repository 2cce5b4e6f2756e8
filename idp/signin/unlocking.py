"""Opening, on an administrator's word, a locked account and the doors that failed tries have closed."""

from idp import audit
from idp.database import transaction
from idp.people import accounts
from idp.people.storage import lifecycle
from idp.signin import doors, identity
from idp.signin.storage import throttles


def unlock(username: str, actor: str, now: int) -> None:
    """The password's and the birth date's doors of one account. Raises NoSuchAccount."""
    facts = accounts.find(username)
    with transaction() as tx:
        lifecycle.unlock(tx, facts.id)
        for door in (doors.account_door(facts.username), identity.identity_door(facts.id)):
            throttles.clear(tx, door)
        audit.record(tx, now, "account.unlock", actor, f"account:{facts.id}")
