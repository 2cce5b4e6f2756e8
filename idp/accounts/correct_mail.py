"""The school corrects the mail address of an account."""

from idp.audit import trail
from idp.database.engine import transaction
from idp.messages import notices
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.mail_addresses import clean_address
from idp.people.storage import accounts as storage
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE, STATE_CHANGED
from idp.signin import mail_confirmation


def correct_mail(
    account: AccountFacts, typed: str, shown_address: str, language: str, actor: str, now: int
) -> None:
    """Send a confirmation to another address, and a notice to the present one.

    `shown_address`: the address that the form showed. Raises Refusal K08 (malformed), K03 (the address was changed meanwhile).
    """
    address = clean_address(typed)
    if address is None:
        raise Refusal(FIELD_UNUSABLE, "malformed mail address", field=N_("mail"), at=("mail",))
    with transaction() as tx:
        present = storage.by_id(tx, account.id)
        if present is None or (mail_confirmation.asked_for(present, now) or "") != shown_address:
            raise Refusal(STATE_CHANGED, "the address was changed meanwhile")
        notices.tell(tx, present, "mail_changed_by_school", now, address=address)
        mail_confirmation.send_in(tx, present, address, present.language or language, now)
        trail.record(tx, now, "mail.corrected", actor, account.actor)
