"""A letter that leaves by mail: a personal link in place of a password. It shows that the address is the person's own."""

from sqlalchemy import Connection

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.messages import outbox
from idp.people import accounts as people
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts, contacts
from idp.refusals import Refusal
from idp.security import digest, new_token
from idp.signin import new_device, sessions
from idp.signin.storage import links

PURPOSE = "activation"
DAY = 86400


def send_in(tx: Connection, account: AccountFacts, address: str, language: str, now: int) -> None:
    """Send the link; an earlier one of the account is worth nothing any more."""
    token, days = new_token(), settings().passwords.letter_days
    row = {
        "digest": digest(token),
        "code_digest": "",
        "account_id": account.id,
        "purpose": PURPOSE,
        "address": address,
        "created_at": now,
        "expires_at": now + days * DAY,
    }
    links.add_link(tx, row)
    facts = {
        "name": account.first_name,
        "username": account.username,
        "kind": account.kind,
        "link": f"{settings().server.issuer}/activation/link/{token}",
        "days": days,
    }
    outbox.post(
        tx, "mail", {"to": address, "template": "activation", "language": language, "facts": facts}, now
    )


def read(token: str, now: int) -> AccountFacts:
    """The account of a link; opening it uses nothing. Raises Refusal V10."""
    found = links.read_link(reading(), digest(token), PURPOSE, now)
    account = accounts.by_id(reading(), found.account) if found else None
    if account is None or not account.may_sign_in:
        raise Refusal("V10", "unknown, used or expired activation link")
    return account


def choose(
    token: str, password: str, again: str, browser: str, address: str, browser_name: str, now: int
) -> str:
    """Choose the first password; the session cookie's token. Raises Refusal V10, A01 (facts["failed"])."""
    account = read(token, now)
    if password != again:
        raise Refusal("A01", "the two passwords differ", failed=("same",))
    hashed = people.judged(account, password)
    with transaction() as tx:
        link = links.use_link(tx, digest(token), PURPOSE, now)
        if link is None or not accounts.choose_first_password(tx, account.id, hashed, now):
            raise Refusal("V10", "the link was used in another tab, or a letter was")
        if not contacts.is_taken(tx, account, link.address):
            contacts.set_mail(tx, account.id, link.address)
            contacts.verify_mail(tx, account.id, link.address, now)
        who = f"account:{account.id}"
        audit.record(tx, now, "password.chosen", who, who, address, by="activation link")
        opened = accounts.by_id(tx, account.id)
        assert opened is not None
        accounts.note_sign_in(tx, account.id, now)
        known = new_device.look_in(tx, opened, browser, browser_name, now)
        return sessions.open_in(tx, opened, ("pwd",), address, browser_name, now, settings().sessions, known)
