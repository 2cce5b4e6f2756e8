"""The facts about a person that a service of CAS or SAML receives, read at each login."""

from collections.abc import Collection
from dataclasses import replace
from urllib.parse import urlsplit

from idp.database.engine import reading
from idp.languages import tag_of
from idp.people.rules.accounts import AccountFacts
from idp.runtime.context import day_of, settings
from idp.services.rules import attributes
from idp.services.rules.attributes import Login
from idp.services.rules.person_facts import PersonFacts, Schooling
from idp.services.rules.registration import Registration
from idp.services.rules.subjects import ine_hash, pairwise_subject
from idp.services.storage import persons


def scope() -> str:
    """The domain behind the @ of scoped values."""
    return urlsplit(settings().server.issuer).hostname or ""


def login_at(service_id: str, registration: Registration, auth_time: int, now: int) -> Login:
    """What the attributes of this service depend on: its pairwise identifiers and the times of the login."""
    key = settings().secrets.pairwise_key.encode()
    sector = registration.sector or service_id
    return Login(
        lambda subject: pairwise_subject(key, sector, subject),
        lambda ine: ine_hash(key, sector, ine),
        day_of(now),
        auth_time,
        scope=scope(),
        logout=f"{settings().server.issuer.rstrip('/')}/logout",
        academy=settings().service.academy,
    )


def facts_of(account: AccountFacts, facts: Collection[str]) -> PersonFacts:
    """The person of an account, with what `facts` (names of `attributes.FACTS`) need. Families and schools only if one needs them."""
    connection, person, places = reading(), account.person_id, attributes.needs_places(facts)
    details = persons.details(connection, person)
    read = PersonFacts(
        kind=account.kind,
        username=account.username,
        subject=account.subject,
        first_name=account.first_name,
        family_name=account.family_name,
        birth_date=details.birth_date,
        ine=details.ine,
        mail=account.mail,
        mail_verified=account.mail_verified,
        mobile=account.mobile if account.mobile_verified else details.mobile,
        mobile_verified=account.mobile_verified,
        street=details.street,
        postal_code=details.postal_code,
        city=details.city,
        updated_at=details.updated_at,
        locale=tag_of(account.language),
        schoolings=persons.schoolings(connection, person) if places and account.kind == "pupil" else (),
        children=persons.children(connection, person) if places and account.kind == "guardian" else (),
        posts=persons.posts(connection, person) if places and account.kind == "staff" else (),
    )
    return _with_numbers(read, person) if attributes.needs_numbers(facts) else read


def _with_numbers(facts: PersonFacts, person: int) -> PersonFacts:
    """The same with the numbers in the schools' bases: the person's own, and their children's."""
    known = persons.numbers(reading(), [person, *(child.person for child in facts.children)])

    def numbered(place: Schooling | None, pupil: int) -> Schooling | None:
        return place and replace(place, number=known.get(pupil, {}).get(place.school.uai))

    own = known.get(person, {})
    return replace(
        facts,
        numbers=tuple(own.values()),
        schoolings=tuple(replace(place, number=own.get(place.school.uai)) for place in facts.schoolings),
        children=tuple(
            replace(child, schooling=numbered(child.schooling, child.person)) for child in facts.children
        ),
    )


def principal_and_attributes(
    service_id: str, registration: Registration, account: AccountFacts, auth_time: int, now: int
) -> tuple[str, attributes.Attributes]:
    """How the service names the person, and the attributes that it receives. The name falls back on the pairwise subject."""
    names, principal = registration.released, registration.principal_fact
    person = facts_of(account, (principal, *names.values()))
    login = login_at(service_id, registration, auth_time, now)
    named = attributes.values_of(person, principal, login) or (login.subject(account.subject),)
    return named[0], attributes.attributes_of(person, names, login)
