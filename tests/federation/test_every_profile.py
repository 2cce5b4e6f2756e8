"""Staff and pupils come from their own provider: recognised by one configured value, linked once, refused with a reason."""

from typing import Any

import pytest
from sqlalchemy import select

from idp.audit.storage.tables import AuditRecord
from idp.database.engine import reading
from idp.federation.storage.tables import FederatedIdentity
from idp.people.storage.tables import School, StaffPost
from tests.actors.upstream import OpenIdUpstream
from tests.conftest import Clock, Serve
from tests.federation.academy import Academy, academy_with
from tests.federation.conftest import Lends

MAIL = {"profiles": ["personnel"], "match": "mail", "mail_domains": ["academie.example"]}
INE = {"profiles": ["eleve"], "match": "ine"}
ONE, TWO = "0990001N", "0990002P"


@pytest.fixture
def academy(
    database_url: str, clock: Clock, lends: Lends, serve_upstream: Serve, request: pytest.FixtureRequest
) -> Academy:
    return academy_with(database_url, clock, lends, serve_upstream, OpenIdUpstream(**request.param))


def links(academy: Academy) -> list[tuple[str, int]]:
    with academy.app.app_context():
        rows = reading().execute(select(FederatedIdentity.subject, FederatedIdentity.account_id))
        return [(row[0], row[1]) for row in rows]


@pytest.mark.both_engines
@pytest.mark.parametrize("academy", [MAIL], indirect=True)
def test_staff_are_recognised_by_their_academic_mail_once_and_then_by_the_link(academy: Academy) -> None:
    paul = academy.world.staff(contact_mail="Paul.Martin@academie.example")
    academy.world.staff("Paul", "Martin", contact_mail="paul.martin2@academie.example")
    academy.arrives("p1", email="paul.martin@Academie.example").sees("Mes informations", paul.username)
    assert links(academy) == [("p1", paul.account)]
    # The link counts from now on, whatever address is sent.
    academy.arrives("p1", email="another@academie.example").sees("Mes informations", paul.username)
    academy.arrives("p1").sees("Mes informations", paul.username)
    assert links(academy) == [("p1", paul.account)]


@pytest.mark.both_engines
@pytest.mark.parametrize("academy", [INE], indirect=True)
def test_pupils_are_recognised_by_their_ine(academy: Academy) -> None:
    lea = academy.world.pupil(ine="123456789AB")
    academy.world.pupil("Léa", "Durand", ine="123456789AC", class_code="6 B")
    academy.arrives("lea", ine=" 123456789ab").sees(lea.username)
    assert links(academy) == [("lea", lea.account)]


@pytest.mark.parametrize("academy", [INE], indirect=True)
def test_a_name_alone_opens_nothing(academy: Academy) -> None:
    academy.world.pupil("Léa", "Durand", ine="123456789AB")
    names = {"given_name": "Léa", "family_name": "Durand", "name": "Léa Durand", "birthdate": "2015-03-14"}
    academy.arrives("lea", **names).sees("F09")
    academy.arrives("lea", **names, ine="999999999ZZ").sees("F05")
    assert not links(academy)


@pytest.mark.parametrize(
    ("academy", "claims", "code"),
    [
        (MAIL, {"email": "paul@elsewhere.example"}, "F09"),
        (MAIL, {"email": "paul@academie.example", "email_verified": False}, "F09"),
        (MAIL, {"email": ["paul@academie.example", "anne@academie.example"]}, "F09"),
        (MAIL, {"email": "nobody@academie.example"}, "F05"),
        (MAIL, {"email": {"of": "paul@academie.example"}}, "F09"),
        (MAIL, {"email": "shared@academie.example"}, "F06"),
        (MAIL, {"email": "claire@academie.example"}, "F07"),
        (MAIL, {"email": "closed@academie.example"}, "S04"),
        (MAIL, {"email": "locked@academie.example"}, "S08"),
        (MAIL, {"email": "gone@academie.example"}, "S04"),
        (MAIL | {"activates": False}, {"email": "new@academie.example"}, "S04"),
    ],
    indirect=["academy"],
    ids=str,
)
def test_who_is_not_one_open_account_of_the_profile_is_refused_with_what_to_do(
    academy: Academy, claims: dict[str, Any], code: str
) -> None:
    world = academy.world
    world.staff(contact_mail="paul@academie.example")
    world.staff("Anne", contact_mail="shared@academie.example")
    world.staff("Jean", contact_mail="shared@academie.example")
    world.guardian(contact_mail="claire@academie.example")
    world.staff("Marc", contact_mail="closed@academie.example", state="closed")
    world.staff("Luce", contact_mail="locked@academie.example", state="locked")
    world.staff("Yves", contact_mail="gone@academie.example", present=False)
    world.staff("Rose", contact_mail="new@academie.example", state="created")
    page = academy.arrives("somebody", **claims).sees(code)
    assert page.status == 403
    assert not links(academy)
    page.opens("/account").sees("<h1>Connexion</h1>")


@pytest.mark.parametrize("academy", [MAIL], indirect=True)
def test_a_second_identity_does_not_take_over_a_linked_account(academy: Academy) -> None:
    paul = academy.world.staff(contact_mail="paul@academie.example")
    academy.arrives("p1", email="paul@academie.example").sees(paul.username)
    academy.arrives("p2", email="paul@academie.example").sees("F08")
    assert links(academy) == [("p1", paul.account)]


@pytest.mark.parametrize("academy", [INE], indirect=True)
def test_a_pupil_without_a_letter_activates_the_account(academy: Academy) -> None:
    academy.world.pupil(ine="123456789AB", state="created")
    page = academy.arrives("lea", ine="123456789AB").sees("Choisissez votre mot de passe")
    page.fills(password="Cerises-Rouges-1789", again="Cerises-Rouges-1789")
    page.sees("Mes informations")


RULES = [
    {"profile": "personnel", "when": {"role": ["teacher"]}, "schools_from": "uai"},
    {"profile": "personnel", "when": {"role": ["head"]}, "schools_from": "uai", "roles": ["head"]},
    {
        "profile": "personnel",
        "when": {"role": ["auditor"], "site": ["rectorat"]},
        "roles": ["academy_auditor"],
    },
]


def posts(academy: Academy) -> set[tuple[str, str | None]]:
    with academy.app.app_context():
        rows = reading().execute(
            select(StaffPost.role, School.uai)
            .outerjoin(School, School.id == StaffPost.school_id)
            .where(StaffPost.granted_by.is_not(None), StaffPost.until.is_(None))
        )
        return {(row[0], row[1]) for row in rows}


@pytest.mark.both_engines
@pytest.mark.parametrize("academy", [MAIL | {"rules": RULES}], indirect=True)
def test_rules_give_roles_at_named_schools_and_take_them_back(academy: Academy) -> None:
    academy.world.staff(contact_mail="paul@academie.example", role="teacher")
    academy.world.school(TWO, "Collège des Ormes")
    paul = {"email": "paul@academie.example"}
    academy.arrives("p1", **paul, role="teacher", uai=ONE).sees("Mes informations")
    assert posts(academy) == set(), "no rule gives a role that it does not name"
    academy.arrives("p1", **paul, role=["teacher", "head"], uai=[f"{ONE}$6A", TWO, "nonsense"])
    assert posts(academy) == {("head", ONE), ("head", TWO)}
    academy.arrives("p1", **paul, role="head", uai=ONE)
    assert posts(academy) == {("head", ONE)}
    academy.arrives("p1", **paul, role="auditor").sees("F07")
    academy.arrives("p1", **paul, role="auditor", site="rectorat")
    assert posts(academy) == {("academy_auditor", None)}
    with academy.app.app_context():
        acts = (
            reading()
            .execute(select(AuditRecord.act).where(AuditRecord.actor == "upstream:academie"))
            .scalars()
        )
        assert sorted(acts) == ["staff.added"] * 3 + ["staff.ended"] * 2


@pytest.mark.parametrize("academy", [MAIL | {"rules": RULES}], indirect=True)
def test_an_account_of_a_school_outside_the_rule_is_refused_at_each_login(academy: Academy) -> None:
    paul = academy.world.staff(contact_mail="paul@academie.example", role="teacher")
    academy.world.school(TWO, "Collège des Ormes")
    claims = {"email": "paul@academie.example", "role": "teacher"}
    academy.arrives("p1", **claims, uai=TWO).sees("F07")
    academy.arrives("p1", **claims).sees("F07")
    academy.arrives("p1", **claims, uai=[TWO, ONE]).sees(paul.username)
    academy.arrives("p1", **claims, uai=TWO).sees("F07")
    academy.arrives("p1", email="paul@academie.example", role="pupil", uai=ONE).sees("F07")
