"""Consent to third-party services: asked once for each kind of information, withdrawn at any time.

Kinds of information are words (scopes for OpenID Connect). A pupil under 15 cannot consent alone: the
question goes to the guardians' accounts, and the first answer decides.
"""

from idp.audit import trail
from idp.database.engine import reading, transaction
from idp.messages import notices
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.refusals.requests import CONSENT_QUESTION_GONE, GUARDIAN_CONSENT_NEEDED
from idp.runtime.context import day_of, settings
from idp.services.rules import consent as rules
from idp.services.rules.service import Service
from idp.services.storage import consents as storage


def is_given(service: Service, account: AccountFacts, kinds: tuple[str, ...]) -> bool:
    """Whether no further consent is needed. No SQL statement for first-party services."""
    if service.first_party:
        return True
    stored = storage.find(reading(), account.id, service.id)
    return rules.is_given(service, kinds, stored.scope if stored else ())


def waits_for_guardian(service: Service, account: AccountFacts, kinds: tuple[str, ...], now: int) -> bool:
    """Whether a guardian must consent before the login can go on."""
    if is_given(service, account, kinds):
        return False
    return rules.needs_guardian(account.kind, _birth_date(account), day_of(now))


def question(service: Service, account: AccountFacts) -> storage.StoredConsent | None:
    """The stored consent, with the question to the guardians and its answer; None if there is no row."""
    return storage.find(reading(), account.id, service.id)


def give(service: Service, account: AccountFacts, kinds: tuple[str, ...], now: int) -> None:
    """The person consents for themselves. Raises Refusal Q01 if a guardian must."""
    if waits_for_guardian(service, account, kinds, now):
        raise Refusal(GUARDIAN_CONSENT_NEEDED, "a guardian has to agree")
    if is_given(service, account, kinds):
        return
    actor = account.actor
    with transaction() as tx:
        # Consent to other kinds stays, if it has not been withdrawn meanwhile.
        scope = " ".join(dict.fromkeys((*storage.held(tx, account.id, service.id).scope, *kinds)))
        storage.give(tx, account.id, service.id, scope, account.id, now)
        trail.record(tx, now, "consent.give", actor, actor, client=service.id, scope=scope)


def ask_guardians(service: Service, account: AccountFacts, kinds: tuple[str, ...], now: int) -> bool:
    """Put the question into the guardians' accounts and notify them by mail. False if there is no guardian to ask."""
    guardians = storage.guardians_of(reading(), account.person_id)
    if not guardians:
        return False
    scope = " ".join(kinds)
    with transaction() as tx:
        is_open = storage.held(tx, account.id, service.id).asked_at is not None
        storage.ask(tx, account.id, service.id, scope, now)
        if not is_open:
            for guardian in guardians:
                if facts := accounts.by_id(tx, guardian):
                    notices.tell(
                        tx,
                        facts,
                        "consent_asked",
                        now,
                        child=account.first_name,
                        service=service.named(facts.language or settings().service.languages[0]),
                    )
        actor = account.actor
        trail.record(tx, now, "consent.ask", actor, actor, client=service.id, scope=scope)
    return True


def decide_for_child(
    guardian: AccountFacts, child: int, service: Service, kinds: str, agreed: bool, now: int
) -> None:
    """A guardian answers the question of `child` (an account's id). `kinds`: what the page listed.

    Raises Refusal Q02 if there is no such question, or if it was answered or changed meanwhile.
    """
    actor, subject = guardian.actor, f"account:{child}"
    with transaction() as tx:
        # Before any row of `child`, which is a number from a form.
        if (child, service.id) not in {(row.account, row.client_id) for row in of_children(guardian, now)}:
            raise Refusal(CONSENT_QUESTION_GONE, "no such question")
        stored = storage.held(tx, child, service.id)
        if not stored.asked_scope:
            raise Refusal(CONSENT_QUESTION_GONE, "the question was answered or withdrawn meanwhile")
        scope = " ".join(dict.fromkeys((*stored.scope, *kinds.split())))
        if agreed:
            won = storage.give_asked(tx, child, service.id, kinds, scope, guardian.id, now)
        else:
            won = storage.refuse(tx, child, service.id, kinds, now)
        if not won:
            raise Refusal(CONSENT_QUESTION_GONE, "the question was answered or changed meanwhile")
        act = "consent.give" if agreed else "consent.refuse"
        trail.record(tx, now, act, actor, subject, client=service.id, scope=scope if agreed else kinds)


def of_children(guardian: AccountFacts, now: int) -> list[storage.OfChild]:
    """Consents and questions of a guardian's children under 15; open questions first."""
    return storage.of_children(reading(), guardian.person_id, rules.born_last_of_age(day_of(now)).isoformat())


def _birth_date(account: AccountFacts) -> str | None:
    return next(iter(accounts.birth_dates_that_prove(reading(), account)), None)
