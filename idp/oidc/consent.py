"""Consent: asked once for a service that is not the school's own, remembered per service and scope, taken back at will.

A pupil under 15 does not agree alone: the question goes to the guardians' accounts, and the first who answers decides.
"""

from idp import audit
from idp.database import reading, transaction
from idp.messages import notices
from idp.oidc import granting
from idp.oidc.clients import Client
from idp.oidc.rules import consent as rules
from idp.oidc.rules.authorization_request import AuthorizationRequest
from idp.oidc.storage import consents as storage
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.refusals import Refusal


def is_owed(request: AuthorizationRequest, client: Client, account: AccountFacts) -> bool:
    """Whether a page must be shown first. No statement for the school's own services."""
    return rules.must_be_shown(request, client.registration) or not _is_given(request, client, account)


def waits_for_guardian(
    request: AuthorizationRequest, client: Client, account: AccountFacts, now: int
) -> bool:
    """Whether this pupil's guardians have to agree before anything goes on."""
    if _is_given(request, client, account):
        return False
    return rules.needs_guardian(account.kind, _birth_date(account), now)


def question(client: Client, account: AccountFacts) -> storage.Kept | None:
    """What has been asked of the guardians so far, and what they have answered."""
    return storage.find(reading(), account.id, client.client_id)


def give(request: AuthorizationRequest, client: Client, account: AccountFacts, now: int) -> None:
    """The person agrees for themselves. Raises Refusal Q01 where a guardian has to."""
    if waits_for_guardian(request, client, account, now):
        raise Refusal("Q01", "a guardian has to agree")
    if _is_given(request, client, account):
        return
    kept = question(client, account)
    words = rules.words(request, client.registration)
    # What was agreed to before stays agreed to.
    _give(account.id, client, tuple(dict.fromkeys((*(kept.scope if kept else ()), *words))), account.id, now)


def ask_guardians(request: AuthorizationRequest, client: Client, account: AccountFacts, now: int) -> bool:
    """Put the question into the guardians' accounts, and tell them by mail. Whether there is anybody to ask."""
    guardians = storage.guardians_of(reading(), account.person_id)
    if not guardians:
        return False
    scope = " ".join(rules.words(request, client.registration))
    kept = question(client, account)
    with transaction() as tx:
        storage.ask(tx, account.id, client.client_id, scope, now)
        if kept is None or kept.asked_at is None:
            for guardian in guardians:
                if facts := accounts.by_id(tx, guardian):
                    service = client.registration.client_name
                    notices.tell(tx, facts, "consent_asked", now, child=account.first_name, service=service)
        who = f"account:{account.id}"
        audit.record(tx, now, "consent.ask", who, who, client=client.client_id, scope=scope)
    return True


def decide_for_child(
    guardian: AccountFacts, child: int, client: Client, shown: str, agreed: bool, now: int
) -> None:
    """A guardian answers a question of their child (an account's id). `shown`: the words that they have read.

    Raises Refusal Q02 if there is no such question (any more): answered by another, or about something else by now.
    """
    kept = next(
        (
            one
            for one in of_children(guardian, now)
            if (one.account, one.client_id) == (child, client.client_id)
        ),
        None,
    )
    if kept is None or not kept.asked_scope:
        raise Refusal("Q02", "no such question")
    scope = " ".join(dict.fromkeys((*kept.scope, *shown.split())))
    who, whose, service = f"account:{guardian.id}", f"account:{child}", client.client_id
    with transaction() as tx:
        if agreed:
            won = storage.give_asked(tx, child, service, shown, scope, guardian.id, now)
        else:
            won = storage.refuse(tx, child, service, shown, now)
        if not won:
            raise Refusal("Q02", "the question was answered or changed meanwhile")
        act = "consent.give" if agreed else "consent.refuse"
        audit.record(tx, now, act, who, whose, client=service, scope=scope if agreed else shown)


def of_children(guardian: AccountFacts, now: int) -> list[storage.OfChild]:
    """What a guardian's children under 15 have, or ask for; open questions first."""
    return storage.of_children(reading(), guardian.person_id, rules.born_last_of_age(now).isoformat())


def refuse(request: AuthorizationRequest, pending_id: str, account: AccountFacts, now: int) -> None:
    """The person does not agree: the waiting request is answered, once. Raises Refusal R04."""
    with transaction() as tx:
        granting.give_up_in(tx, request, pending_id, now)
        who = f"account:{account.id}"
        audit.record(tx, now, "consent.refuse", who, who, client=request.client_id)


def _is_given(request: AuthorizationRequest, client: Client, account: AccountFacts) -> bool:
    said = client.registration
    if said.first_party:
        return True
    kept = storage.find(reading(), account.id, client.client_id)
    return rules.is_given(said, rules.words(request, said), kept.scope if kept else ())


def _give(account: int, client: Client, words: tuple[str, ...], giver: int, now: int) -> None:
    scope = " ".join(words)
    with transaction() as tx:
        storage.give(tx, account, client.client_id, scope, giver, now)
        audit.record(
            tx,
            now,
            "consent.give",
            f"account:{giver}",
            f"account:{account}",
            client=client.client_id,
            scope=scope,
        )


def _birth_date(account: AccountFacts) -> str | None:
    return next(iter(accounts.birth_dates_that_prove(reading(), account)), None)
