"""Imports bring what an upstream is compared with; the console and the command foresee who is recognised, and logins agree."""

import io
import json
import random
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from idp.cli import main
from idp.database.engine import reading
from idp.federation import outlook, upstreams
from idp.federation.rules.matching import Why
from idp.federation.rules.outlook import Outlook, Way
from idp.federation.storage import logins
from idp.imports import csv_columns, lifecycle
from idp.people.storage import schools
from tests.actors.upstream import OpenIdUpstream
from tests.actors.visitor import Visitor
from tests.actors.world import Someone
from tests.conftest import NOON, TEST_SECRETS, Clock, Serve
from tests.federation.academy import Academy, academy_with
from tests.federation.conftest import Lends
from tests.imports import given_imports
from tests.imports.exports import export, files_of, link, pupil

ONE, TWO = "0990001N", "0990002P"
INE = {"profiles": ["eleve"], "match": "ine"}
MAIL = {"profiles": ["personnel", "responsable"], "match": "mail", "mail_domains": ["academie.example"]}
HERE = f"/console/school/{ONE}"
CSV = (
    "Nom;Prénom;Né le;Classe;INE\n"
    "Durand;Léa;14/03/2015;6 A;123456781AB\n"
    "Durand;Léa;02/05/2014;6 B;123456782AB\n"
    "Petit;Tom;02/05/2014;6 B;\n"
)


@pytest.fixture
def academy(
    database_url: str, clock: Clock, lends: Lends, serve_upstream: Serve, request: pytest.FixtureRequest
) -> Academy:
    return academy_with(database_url, clock, lends, serve_upstream, OpenIdUpstream("ent", **request.param))


def names_of(office: Visitor) -> list[str]:
    """The people of the table."""
    return re.findall(r'/people/\d+">([^<]+)</a></th>', office.html)


def head(academy: Academy) -> Visitor:
    paul = academy.world.staff(username="p.martin")
    visitor = academy.visitor().opens(HERE)
    return visitor.fills(username=paul.username, password=paul.password)


def imported(academy: Academy, source: str) -> int:
    """Two pupils of one name with an INE each, and one without: by SIECLE's files or by a table."""
    academy.world.school()
    with academy.app.app_context():
        school = given_imports.school()
        if source == "csv":
            files = [("eleves.csv", io.BytesIO(CSV.encode()))]
            number = lifecycle.submit(school, files, "csv", "account:1", NOON)
            lifecycle.map_columns(number, school, csv_columns.columns(number, school)[2], "account:1", NOON)
        else:
            second = pupil("2", birth_date="2014-05-02", class_code="6 B")
            third = pupil("3", ine=None, family_name="Petit", first_name="Tom", class_code="6 B")
            pupils, links = (pupil(), second, third), (link(), link("2"), link("3"))
            files = [(file.name, file.content) for file in files_of(export(pupils, links=links))]
            number = lifecycle.submit(school, files, "siecle", "account:1", NOON)
        given_imports.work(academy.app)
        lifecycle.ask_write(number, school, False, "account:1", NOON)
        given_imports.work(academy.app)
        assert given_imports.row(number)["state"] == "written"
    return number


@pytest.mark.both_engines
@pytest.mark.parametrize("academy", [INE], indirect=True)
@pytest.mark.parametrize("source", ["siecle", "csv"])
def test_an_import_brings_the_ine_the_console_shows_who_has_one_and_the_first_login_finds_them(
    academy: Academy, source: str
) -> None:
    office = head(academy).opens(f"{HERE}/imports/{imported(academy, source)}")
    office.follows("Voir qui sera reconnu en venant d’un autre fournisseur")
    office.sees(
        "Compte ent",
        "1 ne sera pas reconnue · 2 seront reconnues",
        "La base n’a pas son INE.",
        "importez un nouvel export",
    )
    assert names_of(office) == ["Petit Tom"]
    office.opens(f"{HERE}/recognition?provider=ent&show=value").sees("2 personnes", "Sera reconnue")
    assert names_of(office) == ["Durand Léa", "Durand Léa"]
    # The person's own page says the same.
    office.follows("Durand Léa").sees("Par Compte ent", "Sera reconnue")
    # Each of the two of one name gets their own account; no letter was printed.
    for number, ine in (("1", "123456781AB"), ("2", "123456782AB")):
        academy.arrives(f"s{number}", ine=ine)
        with academy.app.app_context():
            account = schools.account_by_source(reading(), ONE, "pupil", ine if source == "csv" else number)
            linked = logins.linked_subject(reading(), account or 0, academy.upstream.issuer)
        assert linked == f"s{number}"
    academy.arrives("tom").sees("F09")
    office.opens(f"{HERE}/recognition?provider=ent&show=linked").sees("2 sont déjà reliées", "Déjà reliée")


def someone_of(
    academy: Academy, chance: random.Random, by: str, number: int, school: int
) -> tuple[Someone, str]:
    """A person in some state, and the value that their upstream sends: it may be shared, or unknown here."""
    states = ["active"] * 4 + ["created", "notified", "locked", "closed"]
    more = {"username": f"p{number}", "state": chance.choice(states), "present": chance.random() > 0.1}
    if by == "ine":
        ine = f"1234567{number:02}AB" if chance.random() > 0.2 else None
        someone = academy.world.pupil(chance.choice(["Léa", "Tom"]), ine=ine, school=school, **more)
        return someone, ine or "999999999ZZ"
    mail = f"m{chance.randrange(12)}@{chance.choice(['Academie.example'] * 3 + ['home.example'])}"
    kind = chance.choice([academy.world.staff, academy.world.guardian])
    if chance.random() > 0.3:
        return kind("Anne", contact_mail=mail, mail=None, mail_verified_at=None, **more), mail
    return kind("Anne", mail=mail, mail_verified_at=chance.choice([None, NOON]), **more), mail


@pytest.mark.both_engines
@pytest.mark.parametrize(("academy", "by"), [(INE, "ine"), (MAIL, "mail")], indirect=["academy"])
@pytest.mark.parametrize("seed", [1, 2])
def test_logins_do_what_was_foreseen(academy: Academy, by: str, seed: int) -> None:
    chance = random.Random(seed)
    places = academy.world.school(), academy.world.school(TWO, "Collège voisin")
    people = [someone_of(academy, chance, by, number, chance.choice(places)) for number in range(30)]
    seen = set()
    for number, (someone, value) in enumerate(people):
        with academy.app.app_context():
            foreseen = outlook.of_accounts(upstreams.named("ent"), (someone.account,))[someone.account]
        visitor = academy.arrives(f"s{number}", **{"ine" if by == "ine" else "email": value})
        with academy.app.app_context():
            linked = logins.linked_subject(reading(), someone.account, academy.upstream.issuer)
        assert (linked == f"s{number}") == (foreseen.way == Way.VALUE), (someone, value, visitor.words)
        if foreseen.why == Why.AMBIGUOUS:
            visitor.sees("F06")
        seen.add(foreseen.way or foreseen.why)
    assert {Way.VALUE, Why.NO_VALUE, Why.CLOSED, Why.LOCKED} <= seen
    assert by == "ine" or Why.AMBIGUOUS in seen


@pytest.mark.both_engines
@pytest.mark.parametrize("academy", [MAIL], indirect=True)
def test_a_shared_address_is_foreseen_across_schools(academy: Academy) -> None:
    here = academy.world.staff("Anne", contact_mail="office@academie.example")
    alone = academy.world.staff("Luc", contact_mail="Luc@academie.example")
    elsewhere = academy.world.guardian("Zoé", contact_mail="Office@Academie.example")
    with academy.app.app_context():
        foreseen = outlook.of_accounts(upstreams.named("ent"), (here.account, alone.account))
    assert foreseen == {here.account: Outlook(why=Why.AMBIGUOUS), alone.account: Outlook(Way.VALUE)}
    academy.arrives("x", email="office@academie.example").sees("F06")
    academy.world.set_account(elsewhere, state="closed")
    academy.arrives("x", email="office@academie.example").sees(here.username)


@pytest.mark.parametrize("academy", [INE], indirect=True)
def test_a_secretary_sees_families_and_a_teacher_nobody(academy: Academy) -> None:
    academy.world.pupil("Tom", "Petit", ine=None)
    for role, sees in (("secretary", ["Petit Tom"]), ("teacher", ["K01"])):
        someone = academy.world.staff("Rose", role, role)
        visitor = academy.visitor().opens(f"{HERE}/recognition")
        visitor.fills(username=someone.username, password=someone.password)
        visitor.opens(f"{HERE}/recognition").sees(*sees)


@pytest.mark.parametrize("academy", [{**MAIL, "profiles": ["personnel"]}], indirect=True)
def test_who_does_not_reach_the_staff_sees_no_upstream_of_the_staff(academy: Academy) -> None:
    academy.world.staff("Paul", "Martin", contact_mail="paul@academie.example")
    secretary = academy.world.staff("Rose", "Roy", "secretary")
    visitor = academy.visitor().opens(f"{HERE}/recognition")
    visitor.fills(username=secretary.username, password=secretary.password)
    visitor.opens(f"{HERE}/recognition").sees("Aucun autre fournisseur")
    assert "Martin" not in visitor.words


@pytest.mark.parametrize("academy", [INE], indirect=True)
def test_the_command_lists_who_is_not_recognised_and_why(academy: Academy, tmp_path: Path) -> None:
    academy.world.pupil("Léa", ine="123456789AB")
    tom = academy.world.pupil("Tom", "Petit", ine=None)
    values = {
        "IDP_SERVER__MODE": "development",
        "IDP_DATABASE__URL": academy.app.extensions["settings"].database.url,
        "IDP_FEDERATION__PROVIDERS": json.dumps([academy.upstream.settings]),
        **{f"IDP_SECRETS__{name.upper()}": value for name, value in TEST_SECRETS.items()},
    }

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner(env=values).invoke(main, ["upstream", "match", *arguments])
        return result.exit_code, result.output

    code, text = run("ent", ONE, "--json")
    document = json.loads(text)
    assert code == 0 and document["counts"] == {"refused": 1, "value": 1}
    assert [(person["username"], person["why"]) for person in document["people"]] == [
        (tom.username, "no_value")
    ]
    assert len(json.loads(run("ent", ONE, "--all", "--json")[1])["people"]) == 2
    code, text = run("ent", ONE)
    assert code == 0 and "no_value" in text and text.endswith("refused: 1, value: 1\n")
    assert run("ent", "0999999Z")[0] == 1 and run("nobody", ONE)[0] == 1
