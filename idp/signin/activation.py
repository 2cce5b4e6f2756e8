"""The first login after the password: birth date and mail address.

An account becomes active when the mail is confirmed (guardians, staff) or the birth date matches (pupils).
"""

from idp.audit import trail
from idp.database.engine import transaction
from idp.people.rules.accounts import owes_birth_date
from idp.people.rules.mail_addresses import clean_address
from idp.people.storage import accounts, lifecycle
from idp.refusals import Refusal
from idp.refusals.activation import UNUSABLE_MAIL_ADDRESS
from idp.signin import mail_confirmation, sessions
from idp.signin.birth_date_check import check_birth_date, identity_bucket
from idp.signin.sessions import Session
from idp.signin.storage import throttles


def prove_identity(
    session: Session, browser: str, mail: str, birth_date: str | None, language: str, now: int
) -> None:
    """Check the birth date (ISO; None if not owed), store the mail address, and send the confirmation mail.

    The browser becomes a known device. Pupils become active at once, with or without a mail address, and so do people who
    opened a mail's link. Raises Refusal A02 (wrong date), A03 (too many attempts), A04 (malformed address).
    """
    account = session.account
    address = clean_address(mail)
    if address is None and (mail.strip() or not (account.kind == "pupil" or account.mail_verified)):
        raise Refusal(UNUSABLE_MAIL_ADDRESS, "malformed mail address")
    if account.mail_verified and address == account.mail:
        address = None
    if owes_birth_date(account):
        check_birth_date(account, birth_date or "", now)
    with transaction() as tx:
        throttles.clear(tx, identity_bucket(account.id))
        accounts.prove_identity(tx, account.id, now)
        lifecycle.set_language(tx, account.id, language)
        sessions.trust_device_in(tx, session, browser, now)
        if address is not None:
            mail_confirmation.send_in(tx, account, address, language, now)
        if account.kind == "pupil" or (address is None and account.mail_verified):
            # A visitor who opened the link of a mail has proved that the address is theirs.
            accounts.confirm(tx, account.id)
        trail.record(tx, now, "identity.proved", account.actor, account.actor)
