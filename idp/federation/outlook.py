"""Who will be recognised at a first login through an upstream, and how: foreseen for many accounts at once. Writes nothing."""

from collections.abc import Collection

from idp.database.engine import reading
from idp.federation import upstreams
from idp.federation.rules.matching import Candidate
from idp.federation.rules.outlook import Base, Outlook, foresee, values_of
from idp.federation.storage import bases
from idp.people.rules.accounts import AccountFacts
from idp.settings import FederatedProvider

__all__ = ["of_account", "of_accounts"]


def of_accounts(upstream: FederatedProvider, accounts: Collection[int]) -> dict[int, Outlook]:
    """Account → what its first login will say, for those of the accounts whose profile the upstream serves."""
    connection, matcher = reading(), upstreams.matcher_of(upstream)
    listed = [
        row for row in bases.of_accounts(connection, accounts) if row.facts.profile in upstream.profiles
    ]
    linked = bases.linked(connection, [row.facts.id for row in listed], upstream.issuer)
    known = [_base(row, row.facts.id in linked) for row in listed]
    values = {value for base in known for value in values_of(matcher, base)}
    holders = {
        value: [_candidate(account) for account in having]
        for value, having in bases.holders(connection, matcher.by, values).items()
    }
    return {base.account.account: foresee(matcher, upstream.profiles, base, holders) for base in known}


def of_account(account: AccountFacts) -> list[tuple[FederatedProvider, Outlook]]:
    """The same for one account, by each upstream of its profile."""
    return [
        (upstream, of_accounts(upstream, (account.id,))[account.id])
        for upstream in upstreams.offered([account.profile])
    ]


def _base(row: bases.AccountBase, linked: bool) -> Base:
    facts = row.facts
    confirmed = facts.mail if facts.mail_verified_at is not None else None
    mails = tuple(mail for mail in (row.contact_mail, confirmed) if mail)
    return Base(_candidate(facts), facts.username, row.ine, mails, linked)


def _candidate(account: AccountFacts) -> Candidate:
    return Candidate(account.id, account.profile, account.state, account.present)
