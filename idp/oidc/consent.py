"""Consent: asked once for a service that is not the school's own, remembered per service and scope, taken back at will.

A pupil under 15 does not agree alone: the question goes to the guardians' accounts, and the first who answers decides.
"""

from datetime import UTC, datetime

from idp import audit
from idp.database import reading, transaction
from idp.messages import notices
from idp.oidc.clients import Client
from idp.oidc.rules import consent as rules
from idp.oidc.rules.authorization_request import AuthorizationRequest
from idp.oidc.storage import consents as storage
from idp.oidc.storage import devices, pushed
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.signin.storage import pending as pending_storage


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


def decide_for_child(guardian: AccountFacts, child: int, client: Client, agreed: bool, now: int) -> None:
    """A guardian answers a question of their child (an account's id). Raises Refusal Q02 if there is none (any more)."""
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
    if agreed:
        _give(child, client, tuple(dict.fromkeys((*kept.scope, *kept.asked_scope))), guardian.id, now)
        return
    with transaction() as tx:
        if storage.refuse(tx, child, client.client_id, now):
            audit.record(
                tx,
                now,
                "consent.refuse",
                f"account:{guardian.id}",
                f"account:{child}",
                client=client.client_id,
            )


def of_children(guardian: AccountFacts, now: int) -> list[storage.OfChild]:
    """What a guardian's children under 15 have, or ask for; open questions first."""
    today = datetime.fromtimestamp(now, UTC).date()
    youngest_of_age = today.replace(
        year=today.year - rules.AGE_OF_CONSENT, day=min(today.day, 28)
    ).isoformat()
    return storage.of_children(reading(), guardian.person_id, youngest_of_age)


def refuse(request: AuthorizationRequest, pending_id: str, account: AccountFacts, now: int) -> None:
    """The person does not agree: the waiting request is answered, once. Raises Refusal R04."""
    with transaction() as tx:
        if not pending_storage.finish_pending(tx, pending_id, now):
            raise Refusal("R04", "the pending request was answered in another tab")
        if request.pushed is not None:
            pushed.use(tx, request.pushed, now)
        if request.device is not None:
            devices.refuse(tx, request.device, now)
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
