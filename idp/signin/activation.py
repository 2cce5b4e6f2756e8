"""The first login after the password: who are you, and which mail is yours.

An account is active only after the mail is confirmed (guardians, staff) or the birth date is right (pupils).
"""

from idp import audit
from idp.database import transaction
from idp.people.rules.accounts import owes_birth_date
from idp.people.rules.mail_addresses import clean_address
from idp.people.storage import accounts, lifecycle
from idp.refusals import Refusal
from idp.signin import mail_confirmation, sessions
from idp.signin.identity import check_birth_date, identity_door
from idp.signin.sessions import Session
from idp.signin.storage import throttles


def prove_identity(
    session: Session, browser: str, mail: str, birth_date: str | None, language: str, now: int
) -> None:
    """Check the birth date (ISO; None where none is owed), note the mail address, and send the confirming mail.

    The browser is known from now on. A pupil is active at once, mail or not, and so is who came by a mail's link. Raises Refusal A02 (another date), A03
    (too many), A04 (mail malformed).
    """
    account = session.account
    address = clean_address(mail)
    if address is None and (mail.strip() or not (account.kind == "pupil" or account.mail_verified)):
        raise Refusal("A04", "malformed mail address")
    if account.mail_verified and address == account.mail:
        address = None
    if owes_birth_date(account):
        check_birth_date(account, birth_date or "", now)
    with transaction() as tx:
        throttles.clear(tx, identity_door(account.id))
        accounts.prove_identity(tx, account.id, now)
        lifecycle.set_language(tx, account.id, language)
        sessions.trust_device_in(tx, session, browser, now)
        if address is not None:
            mail_confirmation.send_in(tx, account, address, language, now)
        if account.kind == "pupil" or (address is None and account.mail_verified):
            # Whoever came by the link of a mail has shown that the address is theirs.
            accounts.confirm(tx, account.id)
        audit.record(tx, now, "identity.proved", f"account:{account.id}", f"account:{account.id}")
