"""Letters sent by mail: a personal link in place of a password. Opening it proves that the address is the person's own."""

from idp.audit import trail
from idp.crypto.opaque_tokens import digest, new_token
from idp.database.engine import Connection, transaction
from idp.durations import DAY
from idp.messages.posting import post_mail
from idp.observability import counting
from idp.passwords import choosing
from idp.passwords.choosing import checked_hash
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts, contacts
from idp.recovery import password_links
from idp.refusals import Refusal
from idp.refusals.activation import PASSWORD_ALREADY_SET
from idp.refusals.recovery import ACTIVATION_LINK_USED
from idp.runtime.context import settings
from idp.signin import new_device, sessions
from idp.signin.storage import links

PURPOSE = "activation"


def send_in(tx: Connection, account: AccountFacts, address: str, language: str, now: int) -> None:
    """Send the link. Earlier links of the account become invalid."""
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
    post_mail(tx, address, "activation", language, facts, now, account.id)


def read(token: str, now: int) -> AccountFacts:
    """The account of a link. Reading does not use it. Raises Refusal V10."""
    account = password_links.account_of(token, PURPOSE, now)
    if account is None or not account.may_sign_in:
        raise Refusal(ACTIVATION_LINK_USED, "unknown, used or expired activation link")
    return account


def is_done(token: str, now: int) -> bool:
    """Whether the first password has been chosen with this link."""
    return password_links.is_done(token, PURPOSE, now)


@counting.sign_ins("activation_link")
def choose(
    token: str, password: str, again: str, browser: str, address: str, browser_name: str, now: int
) -> str:
    """Choose the first password. Returns the session cookie's token. Raises Refusal V10, A01 (facts["failed"]), A11."""
    account = read(token, now)
    hashed = checked_hash(account, password, again)
    with transaction() as tx:
        link = links.use_link(tx, digest(token), PURPOSE, now)
        checked = account.credentials_generation
        if link is None or not accounts.choose_first_password(tx, account.id, checked, hashed, now):
            refusal = choosing.why_not_replaced(tx, account)
            raise (
                refusal
                if refusal.code == PASSWORD_ALREADY_SET
                else Refusal(ACTIVATION_LINK_USED, "the link was used in another tab")
            )
        sessions.end_all_in(tx, account, now)
        if not contacts.is_taken(tx, account, link.address):
            contacts.verify_mail(tx, account.id, link.address, now)
        actor = account.actor
        trail.record(tx, now, "password.chosen", actor, actor, address, by="activation link")
        opened = accounts.by_id(tx, account.id)
        assert opened is not None
        accounts.note_sign_in(tx, opened, now)
        known_device = new_device.look_in(tx, opened, browser, browser_name, now)
        return sessions.open_in(
            tx, opened, ("pwd",), address, browser_name, now, settings().sessions, known_device
        )
