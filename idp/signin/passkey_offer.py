"""The offer of a passkey after a login by password on a phone: made once, its answer is kept with the account."""

from idp.database.engine import transaction
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts


def answer(account: AccountFacts, now: int) -> None:
    """The person has answered, by "later" or by a passkey: no login offers one again."""
    with transaction() as tx:
        accounts.answer_passkey_offer(tx, account.id, now)
