"""Which account an identity of an upstream opens: by its link; at the first login by one configured value, which makes the link."""

from dataclasses import dataclass
from typing import NoReturn

from idp.audit import trail
from idp.database.engine import Connection, reading
from idp.federation import upstreams
from idp.federation.proved import Proved
from idp.federation.rules.attributes import Attributes
from idp.federation.rules.matching import Candidate, Decision, Why, decide, value_of
from idp.federation.rules.upstream_rules import Allowed, evaluate
from idp.federation.storage import candidates, logins
from idp.messages import notices
from idp.people.rules.accounts import AccountFacts, State
from idp.people.storage import accounts, lifecycle, schools
from idp.refusals import Refusal
from idp.refusals.federation import (
    IDENTITY_AMBIGUOUS,
    IDENTITY_INCOMPLETE,
    IDENTITY_LINKED_ELSEWHERE,
    IDENTITY_NOT_ALLOWED,
    IDENTITY_UNKNOWN,
)
from idp.refusals.signing_in import ACCOUNT_CLOSED, ACCOUNT_LOCKED
from idp.settings import FederatedProvider
from idp.signin import sessions

CODES = {
    Why.NO_RULE: IDENTITY_NOT_ALLOWED,
    Why.NO_VALUE: IDENTITY_INCOMPLETE,
    Why.UNKNOWN: IDENTITY_UNKNOWN,
    Why.AMBIGUOUS: IDENTITY_AMBIGUOUS,
    Why.OTHER_PROFILE: IDENTITY_NOT_ALLOWED,
    Why.OUTSIDE_SCHOOLS: IDENTITY_NOT_ALLOWED,
    Why.CLOSED: ACCOUNT_CLOSED,
    Why.LOCKED: ACCOUNT_LOCKED,
    Why.LINKED_ELSEWHERE: IDENTITY_LINKED_ELSEWHERE,
}
"""Why a person is not signed in → the refusal that they see."""

_UNUSED = (State.CREATED, State.NOTIFIED, State.EXPIRED)


@dataclass(frozen=True)
class Recognised:
    """`account` None: `why` not. `was_linked`: the identity has been linked before."""

    allowed: Allowed
    account: AccountFacts | None = None
    why: Why | None = None
    was_linked: bool = False


def recognise(
    connection: Connection,
    upstream: FederatedProvider,
    attributes: Attributes,
    linked: int | None,
    issuer_subject: tuple[str, str] | None,
) -> Recognised:
    """The account of a person with these attributes; writes nothing. `linked`: the account of the identity's link.

    `issuer_subject`: the identity, None for an example that has none.
    """
    allowed = evaluate(upstreams.rules_of(upstream), upstream.profiles, attributes)
    matcher = upstreams.matcher_of(upstream)
    if not allowed.profiles:
        return Recognised(allowed, why=Why.NO_RULE)
    if linked is not None:
        account = accounts.by_id(connection, linked)
        known = [] if account is None else [account]
    elif matcher.by in ("proof", "stored"):
        return Recognised(allowed, why=Why.UNKNOWN)
    else:
        value = value_of(matcher, attributes)
        if value is None:
            return Recognised(allowed, why=Why.NO_VALUE)
        known = list(candidates.having(connection, matcher.by, value))
    decision = _decided(connection, upstream, allowed, known, issuer_subject, linked is not None)
    account = next((account for account in known if account.id == decision.account), None)
    return Recognised(allowed, account, decision.why, linked is not None)


def _decided(
    connection: Connection,
    upstream: FederatedProvider,
    allowed: Allowed,
    known: list[AccountFacts],
    identity: tuple[str, str] | None,
    is_linked: bool,
) -> Decision:
    limited = any(uais is not None for uais in allowed.profiles.values())
    listed = []
    for account in known:
        subject = None if is_linked else logins.linked_subject(connection, account.id, upstream.issuer)
        listed.append(
            Candidate(
                account.id,
                account.profile,
                account.state,
                account.present,
                frozenset(schools.uais_of(connection, account.person_id)) if limited else frozenset(),
                subject is not None and (identity is None or subject != identity[1]),
            )
        )
    return decide(allowed, listed, is_linked)


def recognise_in(tx: Connection, proved: Proved, now: int) -> AccountFacts | None:
    """The account that a verified identity opens; its first login links it. None: a guardian who has to prove which account is theirs.

    Raises Refusal F05 to F09, S04, S08. The account may sign in, or its state does not allow it.
    """
    upstream = upstreams.named(proved.upstream)
    linked = logins.account_of(tx, proved.issuer, proved.subject, now)
    identity = (proved.issuer, proved.subject)
    recognised = recognise(tx, upstream, proved.attributes, linked, identity)
    if recognised.account is None:
        if recognised.why == Why.UNKNOWN and upstream.match == "proof":
            return None
        refuse(recognised.why or Why.UNKNOWN)
    account = recognised.account
    if not recognised.was_linked:
        _link_in(tx, proved, account, now)
    if upstream.match != "proof":
        account = _usable_in(tx, upstream, account, now)
        _grant_in(tx, upstream, account, recognised.allowed, now)
    return account


def refuse(why: Why) -> NoReturn:
    """Raise the refusal of a reason."""
    raise Refusal(CODES[why], f"an identity of another provider: {why}")


def _link_in(tx: Connection, proved: Proved, account: AccountFacts, now: int) -> None:
    row = {
        "issuer": proved.issuer,
        "subject": proved.subject,
        "account_id": account.id,
        "linked_at": now,
        "last_used_at": now,
    }
    if not logins.link_once(tx, row):
        # Another tab was faster: with the same account, or with another that had the value then.
        if logins.account_of(tx, proved.issuer, proved.subject, now) != account.id:
            refuse(Why.LINKED_ELSEWHERE)
        return
    upstream = upstreams.named(proved.upstream)
    notices.tell(tx, account, "identity_linked", now, provider=upstream.label)
    trail.record(
        tx, now, "identity.linked", account.actor, account.actor, provider=upstream.name, by=upstream.match
    )


def _usable_in(tx: Connection, upstream: FederatedProvider, account: AccountFacts, now: int) -> AccountFacts:
    """An account that was never used is opened: its letter is void, a password has to be chosen. The upstream has proved the identity."""
    if upstream.activates and account.present and account.state in _UNUSED:
        if lifecycle.self_activate(tx, account.id, now):
            sessions.end_all_in(tx, account, now)
            trail.record(
                tx,
                now,
                "identity.proved",
                account.actor,
                account.actor,
                by="upstream",
                provider=upstream.name,
            )
    elif account.state == State.CONFIRMING and not account.identity_proved:
        accounts.prove_identity(tx, account.id, now)
    else:
        return account
    return accounts.by_id(tx, account.id) or account


def _grant_in(
    tx: Connection, upstream: FederatedProvider, account: AccountFacts, allowed: Allowed, now: int
) -> None:
    """Posts as the rules say now: those that they no longer give end. Posts by hand are left alone."""
    if account.kind != "staff":
        return
    present = {
        (role, uai): post for post, role, uai in candidates.granted(tx, account.person_id, upstream.name)
    }
    wanted = {(grant.role, grant.uai) for grant in allowed.grants}
    actor = f"upstream:{upstream.name}"
    for key in present.keys() - wanted:
        if candidates.end_post(tx, present[key], now):
            trail.record(tx, now, "staff.ended", actor, f"post:{present[key]}", role=key[0], school=key[1])
    missing = sorted(wanted - present.keys(), key=str)
    ids = candidates.schools(tx, {uai for _, uai in missing if uai}) if missing else {}
    for role, uai in missing:
        # A school that is not here cannot be reached anyway.
        if uai is not None and uai not in ids:
            continue
        if candidates.grant(tx, account.person_id, ids.get(uai or ""), role, upstream.name, now):
            trail.record(tx, now, "staff.added", actor, account.actor, role=role, school=uai)


def tried(upstream: FederatedProvider, attributes: Attributes) -> Recognised:
    """What a person with these attributes would get at a first login. Writes nothing."""
    return recognise(reading(), upstream, attributes, None, None)
