"""Identities of an upstream stored before their first login, from a list: `username` or `ine`, and the upstream's subject."""

from collections.abc import Sequence
from dataclasses import dataclass

from idp.audit import trail
from idp.database.engine import Connection, transaction
from idp.federation.storage import candidates, logins
from idp.people.rules.accounts import AccountFacts
from idp.settings import FederatedProvider

COLUMNS = ("username", "ine")
LONGEST = 255


class NotStored(Exception):
    """No identity of the list was stored: the message names each line at fault."""


@dataclass(frozen=True)
class Line:
    """`by`: username or ine. `number`: of the list, from 1."""

    number: int
    by: str
    value: str
    subject: str


def store(upstream: FederatedProvider, lines: Sequence[Line], actor: str, now: int) -> int:
    """Link every identity to its account, all or none. Returns how many are new. Raises NotStored."""
    faults, added = [], 0
    with transaction() as tx:
        for line in lines:
            try:
                added += _store(tx, upstream, line, actor, now)
            except NotStored as fault:
                faults.append(f"line {line.number}: {fault}")
        if faults:
            raise NotStored("\n".join(faults[:50]))
    return added


def _store(tx: Connection, upstream: FederatedProvider, line: Line, actor: str, now: int) -> bool:
    if not 0 < len(line.subject) <= LONGEST:
        raise NotStored(f"a subject has 1 to {LONGEST} characters")
    account = _account(tx, upstream, line)
    row = {
        "issuer": upstream.issuer,
        "subject": line.subject,
        "account_id": account.id,
        "linked_at": now,
        "last_used_at": now,
    }
    if logins.link_once(tx, row):
        trail.record(tx, now, "identity.linked", actor, account.actor, provider=upstream.name, by="list")
        return True
    if logins.linked_subject(tx, account.id, upstream.issuer) != line.subject:
        raise NotStored("the account has another identity of this upstream, or the subject another account")
    return False


def _account(tx: Connection, upstream: FederatedProvider, line: Line) -> AccountFacts:
    value = line.value.upper() if line.by == "ine" else line.value.lower()
    known = [
        account
        for account in candidates.having(tx, line.by, value)
        if account.profile in upstream.profiles and account.state != "closed"
    ]
    if len(known) != 1:
        raise NotStored(f"no open account of {', '.join(upstream.profiles)} has this {line.by}")
    return known[0]


def remove(upstream: FederatedProvider, username: str, actor: str, now: int) -> bool:
    """Remove the identity of an account. False if it has none of this upstream."""
    with transaction() as tx:
        for account in candidates.having(tx, "username", username.lower()):
            if logins.unlink(tx, account.id, upstream.issuer):
                trail.record(tx, now, "identity.unlinked", actor, account.actor, issuer=upstream.issuer)
                return True
    return False
