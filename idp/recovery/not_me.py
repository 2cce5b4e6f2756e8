""" "Ce n'était pas moi": the link of a notice reverts changes that a stranger may have made, and locks the account.

The password is disabled and not restored: a stranger knew it. The person who receives mail at the previous address,
or SMS at the number from before, opens the account by "Mot de passe perdu"; else the school does.
"""

from dataclasses import dataclass

from idp.audit import trail
from idp.crypto.opaque_tokens import digest
from idp.database.engine import Connection, reading, transaction
from idp.factors import changes
from idp.federation.storage import logins
from idp.people.rules.accounts import AccountFacts, State
from idp.people.storage import accounts, contact_changes, contacts, lifecycle
from idp.recovery.lookup import RECOVERY_LINK
from idp.refusals import N_, Refusal
from idp.refusals.activation import CONFIRMATION_LINK_USED
from idp.signin import mail_confirmation, not_me_link, sessions
from idp.signin.storage import links

MAIL, MOBILE = N_("votre adresse mail d’avant est remise"), N_("votre numéro de mobile d’avant est remis")
FACTORS = N_("les moyens de connexion ajoutés depuis sept jours sont retirés")


@dataclass(frozen=True)
class Stopped:
    """The reverted changes, in French; `address`: the mail address that can recover the account now, or None."""

    put_back: tuple[str, ...]
    address: str | None


def read(token: str, now: int) -> AccountFacts:
    """The account that a link would lock. Reading does not use it. Raises Refusal A05."""
    link = links.read_link(reading(), digest(token), not_me_link.PURPOSE, now)
    account = accounts.by_id(reading(), link.account) if link else None
    if account is None:
        raise Refusal(CONFIRMATION_LINK_USED, "unknown, used or expired alarm link")
    return account


def done(token: str, now: int) -> Stopped | None:
    """The result of a link that was used, if the account is still locked."""
    return _done(reading(), token, now)


def _done(connection: Connection, token: str, now: int) -> Stopped | None:
    used = links.used_link(connection, digest(token), not_me_link.PURPOSE, now)
    account = accounts.by_id(connection, used.account) if used else None
    if account is None or account.state != State.LOCKED:
        return None
    return Stopped((), account.mail if account.mail_verified else None)


def stop(token: str, now: int) -> Stopped:
    """Revert the changes of the last seven days, end every session, lock the account. Raises Refusal A05."""
    with transaction() as tx:
        used = links.use_link(tx, digest(token), not_me_link.PURPOSE, now)
        if used is None and (earlier := _done(tx, token, now)):
            return earlier
        account = accounts.by_id(tx, used.account) if used else None
        if account is None:
            raise Refusal(CONFIRMATION_LINK_USED, "unknown, used or expired alarm link")
        put_back = _put_back(tx, account, now)
        account = accounts.by_id(tx, account.id)
        assert account is not None
        lifecycle.void_password(tx, account.id)
        for purpose in (mail_confirmation.PURPOSE, RECOVERY_LINK):
            links.replace(tx, account.id, purpose, now)
        actor = account.actor
        if not not_me_link.lock_in(tx, account, now, actor):
            sessions.end_all_in(tx, account, now)
        trail.record(tx, now, "account.put_back", actor, actor)
        return Stopped(put_back, account.mail if account.mail_verified else None)


def _put_back(tx: Connection, account: AccountFacts, now: int) -> tuple[str, ...]:
    done, since = [], now - not_me_link.WEEK
    before = contact_changes.contacts_at(tx, account.id, since)
    if mail := before.get("mail"):
        free = mail.previous is not None and not contacts.is_taken(tx, account, mail.previous)
        address = mail.previous if free else None
        contacts.verify_mail(tx, account.id, address, mail.previous_since if free else None)
        done.append(MAIL)
    if mobile := before.get("mobile"):
        contacts.set_mobile(tx, account.id, mobile.previous, mobile.previous_since)
        done.append(MOBILE)
    contact_changes.forget(tx, account.id)
    unlinked = logins.unlink_newer(tx, account.id, since)
    if changes.remove_newer(tx, account.id, since, now) or unlinked:
        done.append(FACTORS)
    return tuple(done)
