"""People at the console: search, allowed acts, lent rights, people of other schools."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from idp.audit import sealing
from idp.console import bulk, delegations
from idp.console.rules.people_query import read_query
from idp.console.rules.rights import Reach
from idp.console.storage import charts, login_counts, rights, search
from idp.database.engine import reading, transaction
from idp.people.rules.accounts import State
from idp.people.storage.tables import Account, Guardianship
from idp.refusals import Refusal
from idp.signin import mail_confirmation
from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone, World
from tests.conftest import NOON, Clock
from tests.console.conftest import UAI

pytestmark = pytest.mark.both_engines

HERE = f"/console/school/{UAI}"
DAY = 86400


def state_of(app: Flask, someone: Someone) -> str:
    with app.app_context():
        return reading().execute(select(Account.state).where(Account.id == someone.account)).scalar_one()


@pytest.fixture
def family(contextless: World) -> tuple[Someone, Someone]:
    guardian, child = contextless.guardian(), contextless.pupil()
    contextless.family(guardian, child)
    return guardian, child


@pytest.fixture
def office(head: Someone, at_console: Callable[[Someone], Visitor]) -> Visitor:
    return at_console(head)


def names_found(office: Visitor, query: str) -> list[str]:
    return re.findall(r'/people/\d+">([^<]+)</a></th>', office.opens(f"{HERE}/people?{query}").html)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=dur", ["Durand Claire", "Durand Léa"]),
        ("q=lea+durand", ["Durand Léa"]),
        ("q=6A", ["Durand Claire", "Durand Léa"]),
        ("q=6A+pupil", ["Durand Léa"]),
        ("q=claire@example.org", ["Durand Claire"]),
        ("q=CLAIRE@", ["Durand Claire"]),
        ("class=6+A&kind=guardian", ["Durand Claire"]),
        ("state=locked", []),
        ("q=martin", ["Martin Paul"]),
        ("sort=-name", ["Martin Paul", "Durand Léa", "Durand Claire"]),
        ("q=%25", ["Durand Claire", "Durand Léa", "Martin Paul"]),
    ],
)
def test_one_field_finds_people(office: Visitor, family, query: str, names: list[str]) -> None:
    assert names_found(office, query) == names


@pytest.mark.parametrize(
    "typed",
    ["Nadia.Benali@Famille.example", "nadia.benali@", "benali@famille.example", "@famille.example"],
)
def test_the_address_that_the_school_knows_finds_its_person(
    office: Visitor, contextless: World, typed: str
) -> None:
    """Also if the account's own address differs; the list shows which address matched."""
    nadia = contextless.guardian("Nadia", "Benali", contact_mail="Nadia.Benali@famille.example")
    namesake = contextless.guardian("Nadia", "Benali", contact_mail="nadia@autre.example")
    contextless.family(nadia, contextless.pupil("Sami", "Benali"))
    contextless.family(namesake, contextless.pupil("Lina", "Benali"))
    assert names_found(office, f"q={typed}") == ["Benali Nadia"]
    office.sees(nadia.username, "établissement : Nadia.Benali@famille.example")


def test_the_academy_finds_the_address_that_a_school_knows(world: World) -> None:
    nadia = world.guardian("Nadia", "Benali", contact_mail="Nadia.Benali@famille.example", mail=None)
    world.guardian("Nadia", "Benali", contact_mail="nadia@autre.example")
    query = read_query("nadia.benali@FAMILLE.example", ())
    (row,) = search.in_academy(reading(), query, frozenset({"guardian"}))
    assert (row.account, row.contact_mail) == (nadia.account, "Nadia.Benali@famille.example")


def test_another_schools_people_look_unknown(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], family
) -> None:
    elsewhere = contextless.school("0990002P", "Autre")
    stranger = contextless.pupil("Noé", "Ailleurs", school=elsewhere)
    head = at_console(contextless.staff("Paul", "Martin", "head"))
    assert names_found(head, "q=ailleurs") == []
    for path in (f"people/{stranger.account}", f"people/{stranger.account}/act?do=reset"):
        assert head.opens(f"{HERE}/{path}").status == 404
    for path in ("", "/people", f"/people/{stranger.account}", "/imports", "/letters", "/delegations"):
        assert head.opens(f"/console/school/0990002P{path}").status == 403
    assert head.opens("/console/school/0990099X").status == 403


@pytest.mark.parametrize(
    "do", ["reset", "unlock", "disconnect", "close", "mail", "print", "factors", "merge", "detach", "uphold"]
)
def test_no_act_reaches_another_school_by_post(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], family, do: str
) -> None:
    elsewhere = contextless.school("0990002P", "Autre")
    stranger = contextless.pupil("Noé", "Ailleurs", school=elsewhere)
    head = at_console(contextless.staff("Paul", "Martin", "head"))
    token = re.search(r'name="csrf_token" value="([^"]+)"', head.opens(f"{HERE}/people").html)[1]
    before = everything(app)
    sent = {
        "csrf_token": token,
        "do": do,
        "act": do,
        "reason": "parce que",
        "link": "1",
        "mail": "x@y.example",
    }
    answer = head.browser.post(f"{HERE}/people/{stranger.account}/act", data=sent)
    assert answer.status_code in (403, 404)
    assert everything(app) == before


def everything(app: Flask) -> list:
    with app.app_context():
        return [
            dict(row) for row in reading().execute(select(Account.__table__).order_by(Account.id)).mappings()
        ]


def act(office: Visitor, someone: Someone, do: str, **values: str) -> Visitor:
    return office.opens(f"{HERE}/people/{someone.account}/act?do={do}").fills(press=f"act={do}", **values)


def test_a_reset_shows_a_password_once_and_sends_a_notice(app: Flask, office: Visitor, family) -> None:
    claire = family[0]
    password = re.search(r'class="provisional">([^<]+)<', act(office, claire, "reset").html)[1]
    assert state_of(app, claire) == State.NOTIFIED
    assert [m for m in messages(app, "mail") if "provisoire" in str(m["facts"])]
    Visitor(app).opens("/account").fills(profile="responsable").fills(
        username=claire.username, password=password
    ).sees("Choisissez")


def test_a_locked_account_is_opened(app: Flask, office: Visitor, contextless: World, family) -> None:
    contextless.set_account(family[0], state="locked")
    act(office, family[0], "unlock").sees("Le compte est déverrouillé")
    assert state_of(app, family[0]) == State.ACTIVE


def test_a_corrected_mail_is_confirmed_by_its_owner_and_the_old_address_gets_a_notice(
    app: Flask, office: Visitor, family
) -> None:
    act(office, family[0], "mail", mail="nouvelle@example.org").sees("nouvelle@example.org", "à confirmer")
    office.sees("claire@example.org")
    sent = {mail["to"]: mail["template"] for mail in messages(app, "mail")}
    assert sent == {"claire@example.org": "notice", "nouvelle@example.org": "confirm_mail"}


def test_concurrent_corrections_are_refused(app: Flask, office: Visitor, contextless: World, family) -> None:
    office.opens(f"{HERE}/people/{family[0].account}/act?do=mail")
    contextless.set_account(family[0], mail="autre@example.org")
    office.fills(press="act=mail", mail="nouvelle@example.org").sees("K03")


def test_a_correction_does_not_replace_an_unconfirmed_address(
    app: Flask, office: Visitor, contextless: World, family
) -> None:
    office.opens(f"{HERE}/people/{family[0].account}/act?do=mail")
    with app.app_context():
        mail_confirmation.change(contextless.facts(family[0]), "autre@example.org", "fr", contextless.clock())
    office.fills(press="act=mail", mail="nouvelle@example.org").sees("K03")


@pytest.mark.parametrize("reason", ["", "non"])
def test_closing_asks_for_a_reason(app: Flask, office: Visitor, family, reason: str) -> None:
    act(office, family[0], "close", reason=reason).sees("K08")
    act(office, family[0], "close", reason="Départ de la famille").sees("Fermé")
    assert state_of(app, family[0]) == State.CLOSED


def test_a_disputed_child_is_detached_or_the_link_upheld(
    app: Flask, office: Visitor, contextless: World, family
) -> None:
    claire, _lea = family
    with app.app_context(), transaction() as tx:
        tx.execute(Guardianship.__table__.update().values(disputed_at=NOON))
    office.opens(f"{HERE}/people/{claire.account}").sees("Le responsable dit que ce n’est pas son enfant")
    office.follows("Maintenir le lien").fills(press="act=uphold").sees("Le lien est maintenu")
    office.follows("Détacher cet enfant").fills(press="act=detach", reason="Jugement du 3 mai").sees(
        "Le lien est terminé"
    )
    with app.app_context():
        row = reading().execute(select(Guardianship.until, Guardianship.disputed_at)).one()
    assert row.until is not None and row.disputed_at is None


def test_two_accounts_become_one_with_a_reason(
    app: Flask, office: Visitor, contextless: World, family
) -> None:
    claire, _lea = family
    twin, tom = (
        contextless.guardian("Claire", "Durand", mail=None, mail_verified_at=None),
        contextless.pupil("Tom", "Durand"),
    )
    contextless.family(twin, tom)
    page = office.opens(f"{HERE}/people/{claire.account}/act?do=merge")
    page.fills(**{"press": "act=compare", "with": twin.username}).sees(twin.username, "Réunir, et fermer")
    page.fills(press="act=merge", reason="Deux fiches de la même mère").sees(
        "Les deux comptes sont réunis", "Tom Durand"
    )
    assert state_of(app, twin) == State.CLOSED


def test_strangers_accounts_are_not_merged(app: Flask, office: Visitor, contextless: World, family) -> None:
    stranger = contextless.guardian("Zoé", "Roux")
    page = office.opens(f"{HERE}/people/{family[0].account}/act?do=merge")
    page.fills(**{"press": "act=merge", "with": stranger.username, "reason": "par erreur"}).sees(
        "K34", "Les noms de famille diffèrent"
    )
    assert state_of(app, stranger) == State.ACTIVE


def test_an_impossible_merge_shows_the_reason_and_no_button(
    office: Visitor, contextless: World, family
) -> None:
    claire, lea = family
    page = f"{HERE}/people/{claire.account}/act?do=merge"
    stranger = contextless.guardian("Zoé", "Roux")
    for username, code in (
        (stranger.username, "K34"),
        (lea.username, "K32"),
        (claire.username, "K31"),
        ("n.personne", "K30"),
    ):
        office.opens(page).fills(**{"press": "act=compare", "with": username}).sees(code)
        assert "Réunir, et fermer" not in office.html, username
        office.sees("Comparer les deux comptes")


@pytest.mark.settings(console={"four_eyes": ["merge"]})
def test_with_four_eyes_a_merge_waits_for_another_administrator(
    app: Flask, contextless: World, office, at_console: Callable[[Someone], Visitor], family
) -> None:
    from tests.actors.console_staff import worker_of

    twin = contextless.guardian("Claire", "Durand", mail=None, mail_verified_at=None)
    page = office.opens(f"{HERE}/people/{family[0].account}/act?do=merge")
    page.fills(**{"press": "act=merge", "with": twin.username, "reason": "la même personne"})
    page.sees("Une autre personne de l’académie doit donner son accord")
    assert state_of(app, twin) == State.ACTIVE
    academy = at_console(worker_of(contextless, "academy_administrator"))
    academy.opens("/console/academy/approvals").sees("Réunir deux comptes").fills(press="act=agree").sees(
        "Accordée"
    )
    assert state_of(app, twin) == State.CLOSED


@pytest.mark.settings(console={"four_eyes": ["keys"]})
def test_nobody_agrees_to_their_own_request(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    from tests.actors.console_staff import worker_of

    requester = at_console(worker_of(contextless, "academy_administrator"))
    requester.opens("/console/academy/keys").fills(press="act=rotate")
    requester.opens("/console/academy/approvals").sees("Attend une autre personne")
    token = re.search(r'name="csrf_token" value="([^"]+)"', requester.html)[1]
    answer = requester.browser.post(
        "/console/academy/approvals", data={"csrf_token": token, "act": "agree", "approval": "1"}
    )
    assert answer.status_code == 403 and "K10" in answer.text


@pytest.mark.parametrize(
    ("kinds", "classes", "reached"),
    [
        ("pupil", None, ["Durand Léa", "Petit Tom"]),
        ("pupil", ["6 A"], ["Durand Léa"]),
        ("guardian", ["6 A"], ["Durand Claire"]),
    ],
)
def test_a_colleague_has_only_the_lent_rights(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    family,
    kinds,
    classes,
    reached,
    clock: Clock,
) -> None:
    contextless.pupil("Tom", "Petit", "4 B")
    anne = contextless.staff("Anne", "Roy", "delegate")
    with app.app_context():
        delegations.lend(1, anne.person, [kinds], classes, NOON, NOON + DAY, head.person, "account:1", NOON)
    colleague = at_console(anne)
    assert names_found(colleague, "") == reached
    claire = family[0].account
    assert colleague.opens(f"{HERE}/people/{claire}").status == (200 if "Durand Claire" in reached else 404)
    assert colleague.opens(f"{HERE}/people/{family[1].account}/act?do=close").status == 404
    clock.advance(DAY)
    assert at_console(anne).opens(f"{HERE}/people").status == 403


def test_a_head_lends_and_takes_back_on_the_page(
    app: Flask, contextless: World, head: Someone, office, at_console: Callable[[Someone], Visitor], family
) -> None:
    anne = contextless.staff("Anne", "Roy", "delegate")
    today = datetime.fromtimestamp(NOON, UTC).date().isoformat()
    office.opens(f"{HERE}/delegations").fills(
        press="act=lend", person=str(anne.person), since=today, until=today
    )
    office.sees("Anne Roy", "Élève")
    colleague = at_console(anne)
    assert colleague.opens(f"{HERE}/people").status == 200
    office.opens(f"{HERE}/delegations").fills(press="act=end", delegation="1").sees("Reprise")
    assert colleague.opens(f"{HERE}/people").status == 403


@pytest.mark.parametrize("wrong", ["self", "stranger", "staff", "backwards", "too_long", "class", "over"])
def test_an_invalid_delegation_is_refused(
    app: Flask, contextless: World, head: Someone, family, wrong: str
) -> None:
    anne = contextless.staff("Anne", "Roy", "delegate")
    fields = {"person": anne.person, "kinds": ["pupil"], "classes": None, "since": NOON, "until": NOON + DAY}
    fields |= {
        "self": {"person": head.person},
        "stranger": {"person": family[0].person},
        "staff": {"kinds": ["staff"]},
        "backwards": {"until": NOON - 1},
        "too_long": {"until": NOON + 500 * DAY},
        "class": {"classes": ["3 Z"]},
        "over": {"since": NOON - 2 * DAY, "until": NOON - DAY},
    }[wrong]
    with app.app_context(), pytest.raises(Refusal) as refused:
        delegations.lend(1, **fields, lender=head.person, actor="account:1", now=NOON)
    assert refused.value.code == "K04"


def test_an_act_on_many_is_previewed_done_and_reported(
    app: Flask, contextless: World, office, family, work: Callable[[], None]
) -> None:
    contextless.set_account(family[0], state="locked")
    page = office.opens(f"{HERE}/people/many?do=unlock&q=6A").sees("2 personnes", "Durand Claire")
    page.fills(press="act=do")
    work()
    office.opens(office.path).sees("Terminé", "2 comptes traités")
    assert state_of(app, family[0]) == State.ACTIVE


def test_new_passwords_for_many_are_printed_in_the_step_that_gives_them(
    app: Flask, contextless: World, office, family, work: Callable[[], None]
) -> None:
    office.opens(f"{HERE}/people/many?do=reset&q=6A").fills(press="act=do")
    work()
    office.opens(office.path).sees("2 comptes traités", "courriers-1.pdf")
    assert {state_of(app, pupil) for pupil in family} == {State.NOTIFIED}


def test_nobody_acts_on_a_whole_school_by_an_empty_search(
    app: Flask, contextless: World, office, family, work: Callable[[], None]
) -> None:
    office.opens(f"{HERE}/people/many?do=close").fills(press="act=do", reason="par erreur").sees("K08")
    assert state_of(app, family[0]) == State.ACTIVE


def test_a_stopped_bulk_job_continues_at_its_position(
    app: Flask, contextless: World, family, work: Callable[[], None], clock: Clock
) -> None:
    from idp.jobs import queue
    from idp.jobs.storage import jobs
    from idp.worker import long_work

    people = [contextless.pupil("A", f"N{n}", state="locked") for n in range(bulk.A_STEP + 5)]
    with app.app_context():
        number = bulk.ask(1, "unlock", [person.account for person in people], "", "account:1", NOON)
        turns = iter([False, True])
        queue.run_next(long_work.RUNNERS, clock, lambda: next(turns))
        row = jobs.find(reading(), number)
        assert (row["state"], row["done"]) == ("running", bulk.A_STEP)
        clock.advance(queue.LEASE + 1)
        work()
        assert jobs.find(reading(), number)["done"] == bulk.A_STEP + 5
        again = bulk.ask(1, "close", [person.account for person in people], "fin d’année", "account:1", NOON)
        turns = iter([False, True])
        queue.run_next(long_work.RUNNERS, clock, lambda: next(turns))
        queue.cancel(again, "account:1", NOON)
        clock.advance(queue.LEASE + 1)
        work()
        row = jobs.find(reading(), again)
        assert (row["state"], row["done"], row["payload"] == {}) == ("cancelled", bulk.A_STEP, False)
    assert state_of(app, people[-1]) == State.ACTIVE and state_of(app, people[0]) == State.CLOSED


def test_a_renewal_campaign_excludes_recently_changed_passwords(
    app: Flask, contextless: World, office, family
) -> None:
    day = datetime.fromtimestamp(NOON + DAY, UTC).date().isoformat()
    page = office.opens(f"{HERE}/renewal")
    page.fills(press="act=ask", kind="guardian", changed_before=day, reason="Fuite chez un voisin").sees(
        "1 compte est concerné"
    )
    day = datetime.fromtimestamp(NOON - DAY, UTC).date().isoformat()
    page.fills(press="act=ask", kind="pupil", changed_before=day, reason="Fuite chez un voisin").sees(
        "0 compte est concerné."
    )


def test_the_academy_finds_everybody_by_index(world: World) -> None:
    claire = world.guardian("Claire", "Durand-Martin")
    assert [
        row.account for row in search.in_academy(reading(), read_query("durand", ()), frozenset({"guardian"}))
    ] == [claire.account]
    for text in ("claire durand", "claire@example.org", claire.username[:9]):
        rows = search.in_academy(reading(), read_query(text, ()), frozenset({"guardian"}))
        assert [row.account for row in rows] == [claire.account], text
    assert search.in_academy(reading(), read_query("durand", ()), frozenset({"pupil"})) == []
    assert search.in_academy(reading(), read_query("", ()), frozenset({"guardian"})) == []


def test_names_of_any_script_are_found(world: World) -> None:
    petrenko, koval = world.guardian("Іван", "Петренко"), world.guardian("Ольга", "Коваль")
    hali = world.guardian("Ħali", "Coste")
    place = world.school()
    for text, expected in (
        ("петр", [petrenko.account]),
        ("ОЛЬГА коваль", [koval.account]),
        ("hali", [hali.account]),
        ("王", []),
    ):
        query = read_query(text, ())
        rows = search.in_academy(reading(), query, frozenset({"guardian"}))
        assert [row.account for row in rows] == expected, text
        inside, _ = search.in_school(reading(), query, Reach(frozenset({"guardian"}), None), place)
        assert {row.account for row in inside} <= set(expected)


def test_a_search_queries_indexes_and_never_all_people(world: World) -> None:
    """Four hundred thousand accounts answer within 100 ms because of this; bench/people.py measures it."""
    if reading().dialect.name != "sqlite":
        pytest.skip("PostgreSQL's planner scans small tables whole, whatever their indexes")
    school = world.school()
    everybody = Reach(frozenset({"pupil", "guardian", "staff"}), None)
    plans = []

    def explain(statement) -> None:
        text = statement.compile(dialect=reading().dialect, compile_kwargs={"literal_binds": True})
        rows = reading().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")
        plans.append([row[3] for row in rows])

    statement, _ = search._of_school(read_query("durand", ()), everybody, school)
    explain(statement)
    for queries in (search._by_one_name("durand"), search._by_names(("lea", "durand"))):
        explain(search._together(queries))
    for plan in plans:
        assert not [
            step
            for step in plan
            if re.match(r"SCAN (persons|accounts|enrolments|guardianships)\b(?!.*INDEX)", step)
        ], plan


def test_logins_a_day_are_counted_once_from_the_audit_trail(
    app: Flask, contextless: World, family, at_console: Callable[[Someone], Visitor], head: Someone
) -> None:
    at_console(head)
    Visitor(app).opens("/account").fills(profile="responsable").fills(
        username=family[0].username, password=family[0].password
    )
    with app.app_context():
        for _ in range(2):
            sealing.seal_all(NOON)
            with transaction() as tx:
                login_counts.count_logins(tx, NOON)
        school = rights.school_by_uai(reading(), UAI)
        assert charts.logins(reading(), school.id, NOON, 14).by_day[-1][1] == 2


def test_no_form_of_a_person_writes_a_column_that_it_does_not_show(
    app: Flask, office: Visitor, family
) -> None:
    """Every column of the account is sent with every act (CVE-2026-27946)."""
    hostile = {column.name: "1" for column in Account.__table__.columns} | {"state": "closed", "role": "head"}
    token = re.search(r'name="csrf_token" value="([^"]+)"', office.opens(f"{HERE}/people").html)[1]
    before = everything(app)
    for do, own in (("mail", {"mail": "pas une adresse", "seen": "x"}), ("unlock", {}), ("print", {})):
        sent = {**hostile, **own, "csrf_token": token, "do": do, "act": do}
        office.browser.post(f"{HERE}/people/{family[0].account}/act", data=sent)
    assert json.dumps(everything(app), default=str) == json.dumps(before, default=str)


def test_a_guardian_of_two_classes_is_counted_once(app: Flask, contextless: World, family) -> None:
    from idp.console.storage import numbers

    claire, _ = family
    contextless.family(claire, contextless.pupil("Tom", "Durand", "4 B"))
    with app.app_context():
        total = numbers.totals(reading(), 1)
        assert (total.pupils, total.guardians, total.guardians_active) == (2, 1, 1)
        assert [line.guardians for line in numbers.by_class(reading(), 1)] == [1, 1]


def test_a_job_is_stopped_on_its_page_before_its_turn(
    app: Flask, contextless: World, office, family, work: Callable[[], None]
) -> None:
    office.opens(f"{HERE}/people/many?do=close&q=6A").fills(press="act=do", reason="fin d’année")
    office.opens(office.path).sees("En attente").fills(press="act=cancel").sees("Arrêté")
    work()
    office.opens(office.path).sees("Arrêté", "0 / 2")
    assert {state_of(app, pupil) for pupil in family} == {State.ACTIVE}
