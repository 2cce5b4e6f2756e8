"""Life of an import: checked by a job, decided by the school, written all or nothing, undone within a day."""

import io
import random
import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from idp.database.engine import reading, transaction
from idp.imports import academy, answers, csv_columns, lifecycle
from idp.imports.preview import ImportFault
from idp.imports.storage import imports
from idp.jobs import queue
from idp.jobs.storage import jobs
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, UsernameCounter
from idp.refusals import Refusal
from idp.worker import long_work
from tests.actors.world import World
from tests.conftest import NOON, Clock
from tests.imports.exports import HERE, NEARBY, export, files_of, link, person, pupil
from tests.imports.given_imports import row, school, submitted, work

DAY = 86400
pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("world")]


def rows_of(table) -> list:
    """Everything but moments, which say when and not what."""
    stored = reading().execute(select(table.__table__).order_by(table.id)).mappings()
    return [
        {k: v for k, v in r.items() if k not in ("updated_at", "last_seen_at", "credentials_generation")}
        for r in stored
    ]


def everyone() -> dict:
    return {table.__tablename__: rows_of(table) for table in (Person, Account, Enrolment, Guardianship)}


def two_pupils(**second):
    return export((pupil("1"), pupil("2", first_name="Tom", **second)), links=(link("1"), link("2")))


def test_an_import_is_checked_previewed_and_written(app: Flask, world: World) -> None:
    world.school()
    number = submitted(app, export())
    assert row(number)["state"] == "checked" and row(number)["counts"]["pupil"]["new"] == 1
    assert reading().execute(select(func.count()).select_from(Person)).scalar_one() == 0
    lifecycle.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    assert row(number)["state"] == "written"
    assert reading().execute(select(func.count()).select_from(Person)).scalar_one() == 2
    assert imports.files_of(reading(), number) == []


def test_a_fault_names_file_line_and_field_and_nothing_is_written(app: Flask, world: World) -> None:
    world.school()
    pupils, guardians = files_of(export())
    broken = io.BytesIO(pupils.content.read().replace(b"14/03/2015", b"31/02/2015"))
    files = [("eleves.xml", broken), ("responsables.xml", guardians.content)]
    number = lifecycle.submit(school(), files, "siecle", "account:1", NOON)
    work(app)
    aside, childless = [entry for entry in row(number)["entries"] if entry["verdict"] == "set_aside"]
    assert (childless["name"], childless["faults"][0]["code"]) == ("Claire Durand", "children_aside")
    (fault,) = aside["faults"]
    assert row(number)["state"] == "checked"
    assert (fault["file"], fault["field"]) == ("eleves.xml", "DATE_NAISS") and fault["line"] > 1
    assert (fault["code"], fault["name"], fault["ine"]) == ("not_date", "Léa Durand", "123456781AB")
    with pytest.raises(Refusal) as refused:
        lifecycle.ask_write(number, school(), False, "account:1", NOON)
    assert refused.value.code == "K26" and not rows_of(Person)


def test_an_export_of_another_school_is_refused(app: Flask, world: World) -> None:
    world.school(), world.school(NEARBY)
    number = submitted(app, export(uai=NEARBY))
    assert row(number)["state"] == "refused" and row(number)["fault"]["field"] == "UAJ"


def test_reasons_and_a_refused_year_are_stored_as_codes(app: Flask, world: World) -> None:
    world.school()
    entries = row(submitted(app, export()))["entries"]
    assert [entry["reasons"] for entry in entries] == [[{"code": "not_known_yet", "facts": {}}]] * 2
    refused = row(submitted(app, export(year=2025)))
    assert refused["state"] == "refused"
    assert refused["fault"] == {"code": "year_not_current", "facts": {"one": "2025", "other": "2026"}}


def test_only_the_confirmed_plan_is_written(app: Flask, world: World) -> None:
    """Another administrator's import in between sends the first one back to a new preview."""
    world.school()
    number = submitted(app, export())
    lifecycle.write(files_of(two_pupils()), NOON, "command")
    lifecycle.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    assert row(number)["state"] == "checked" and row(number)["counts"]["pupil"]["gone"] == 1
    with pytest.raises(Refusal):
        lifecycle.ask_write(number, school() + 1, False, "account:1", NOON)


def test_two_administrators_write_an_import_once(app: Flask, world: World) -> None:
    world.school()
    number = submitted(app, export())
    lifecycle.ask_write(number, school(), False, "account:1", NOON)
    with pytest.raises(Refusal) as refused:
        lifecycle.ask_write(number, school(), False, "account:2", NOON)
    assert refused.value.code == "K03"


def test_an_export_with_many_leaving_pupils_has_to_be_confirmed(app: Flask, world: World) -> None:
    whole = export(
        tuple(pupil(str(n), ine=f"{n:09d}AB", first_name=f"Enfant{n}") for n in range(1, 41)),
        links=tuple(link(str(n)) for n in range(1, 41)),
    )
    lifecycle.write(files_of(whole), NOON, "command")
    short = export(whole.pupils[:20], links=whole.links[:20])
    with pytest.raises(ImportFault, match="20 pupils would leave"):
        lifecycle.write(files_of(short), NOON, "command")
    number = submitted(app, short)
    with pytest.raises(Refusal) as refused:
        lifecycle.ask_write(number, school(), False, "account:1", NOON)
    assert refused.value.code == "K06"
    lifecycle.ask_write(number, school(), True, "account:1", NOON)
    work(app)
    assert row(number)["state"] == "written"


def test_undo_restores_the_rows_from_before_the_import(world: World) -> None:
    lifecycle.write(files_of(two_pupils()), NOON, "command")
    before = everyone()
    changed = export(
        (pupil("1", class_code="5 B", usage_name="Martin"),),
        (person(mobile="+33639980099"), person("12", first_name="Marc", contact_mail=None, mobile=None)),
        (link("1"), link("1", "12", "20")),
    )
    number, _ = lifecycle.write(files_of(changed), NOON + 60, "command")
    assert everyone() != before
    lifecycle.undo(number, "account:1", NOON + 120)
    after = everyone()
    newcomers = [stored for stored in after["persons"] if stored not in before["persons"]]
    assert [stored["first_name"] for stored in newcomers] == ["Marc"]
    assert [stored for stored in after["persons"] if stored not in newcomers] == before["persons"]
    known = {stored["id"] for stored in before["accounts"]}
    assert [stored for stored in after["accounts"] if stored["id"] in known] == before["accounts"]
    assert not any(stored["present"] for stored in after["accounts"] if stored["id"] not in known)
    assert after["enrolments"] == before["enrolments"]
    assert [stored for stored in after["guardianships"] if stored["until"] is None] == before["guardianships"]


def test_undo_keeps_later_changes(world: World) -> None:
    lifecycle.write(files_of(export()), NOON, "command")
    number, _ = lifecycle.write(files_of(export((pupil(class_code="5 B"),))), NOON + 60, "command")
    lifecycle.write(files_of(export((pupil(class_code="5 C"),))), NOON + 90, "command")
    with pytest.raises(Refusal) as refused:
        lifecycle.undo(number, "account:1", NOON + 120)
    assert refused.value.code == "K07"


@pytest.mark.parametrize("late", [0, 1])
def test_undo_is_possible_within_a_day_and_once(world: World, late: int) -> None:
    number, _ = lifecycle.write(files_of(export()), NOON, "command")
    moment = NOON + DAY + late
    if late:
        with pytest.raises(Refusal):
            lifecycle.undo(number, "account:1", moment)
        return
    assert lifecycle.undo(number, "account:1", moment)
    assert lifecycle.undo(number, "account:1", moment) is None, "done already"


def test_the_same_files_after_an_undo_reactivate_the_same_people(world: World) -> None:
    number, _ = lifecycle.write(files_of(export()), NOON, "command")
    names = [stored["username"] for stored in rows_of(Account)]
    lifecycle.undo(number, "account:1", NOON + 60)
    lifecycle.write(files_of(export()), NOON + 120, "command")
    assert [stored["username"] for stored in rows_of(Account)] == names
    assert all(stored["present"] for stored in rows_of(Account))


def test_the_school_decides_that_a_guardian_is_one_of_another_school(app: Flask, world: World) -> None:
    world.school()
    lifecycle.write(files_of(export(uai=NEARBY)), NOON, "command")
    exported = export(
        (pupil("5", ine="555555555AB", first_name="Noé"),),
        (person("77", contact_mail="other@famille.example"),),
        (link("5", "77"),),
    )
    number = submitted(app, exported)
    (doubt,) = [entry for entry in row(number)["entries"] if entry["verdict"] == "ambiguous"]
    assert doubt["record"]["contact_mail"] == "other@famille.example" and len(doubt["candidates"]) == 1
    with pytest.raises(Refusal):
        answers.decide(number, school(), "guardian", "77", 9999, "account:1", NOON)
    answers.decide(number, school(), "guardian", "77", doubt["candidates"][0], "account:1", NOON)
    work(app)
    assert row(number)["counts"]["guardian"] == {
        "new": 0,
        "changed": 1,
        "gone": 0,
        "ambiguous": 0,
        "noted": 0,
        "set_aside": 0,
    }
    lifecycle.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    guardians = [stored for stored in rows_of(Person) if stored["kind"] == "guardian"]
    assert len(guardians) == 1
    assert len([stored for stored in rows_of(Guardianship) if stored["until"] is None]) == 2


def test_the_school_decides_that_a_pupil_with_a_known_ine_is_a_new_person(app: Flask, world: World) -> None:
    lifecycle.write(files_of(export()), NOON, "command")
    zoe = pupil("9", ine="123456781AB", first_name="Zoé", birth_date="2014-01-02")
    number = submitted(app, export((pupil("1", ine=None), zoe), links=(link("1"), link("9"))))
    doubts = [entry for entry in row(number)["entries"] if entry["verdict"] == "ambiguous"]
    assert doubts
    answers.decide(number, school(), "pupil", "9", None, "account:1", NOON)
    work(app)
    lifecycle.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    assert row(number)["state"] == "written"
    inside = [stored for stored in rows_of(Person) if stored["kind"] == "pupil"]
    assert {(stored["first_name"], stored["ine"]) for stored in inside} == {
        ("Léa", "123456781AB"),
        ("Zoé", None),
    }


CSV = (
    "Nom;Prénom;Né le;Classe;Nom responsable 1;Prénom responsable 1;Mail 1;Portable 1;Lien 1\n"
    "Durand;Léa;14/03/2015;6 A;Durand;Claire;claire@famille.example;06 39 98 00 01;mère\n"
    "Durand;Tom;2013-05-02;4 B;Durand;Claire;claire@famille.example;;mère\n"
)


def csv_given(app: Flask, text: str, encoding: str = "utf-8-sig") -> int:
    files = [("eleves.csv", io.BytesIO(text.encode(encoding)))]
    return lifecycle.submit(school(), files, "csv", "account:1", NOON)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_csv_is_imported_by_a_guessed_mapping_which_is_stored(
    app: Flask, world: World, encoding: str
) -> None:
    world.school()
    number = csv_given(app, CSV, encoding)
    head, lines, mapping = csv_columns.columns(number, school())
    assert lines[0][:2] == ["Durand", "Léa"] and set(mapping) == set(head)
    lifecycle.map_columns(number, school(), mapping, "account:1", NOON)
    work(app)
    lifecycle.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    people = {(stored["kind"], stored["first_name"]): stored for stored in rows_of(Person)}
    assert set(people) == {("pupil", "Léa"), ("pupil", "Tom"), ("guardian", "Claire")}
    assert people["guardian", "Claire"]["mobile"] == "+33639980001"
    assert len(rows_of(Guardianship)) == 2 and rows_of(Guardianship)[0]["relation"] == "10"
    again = csv_given(app, CSV)
    assert csv_columns.columns(again, school())[2] == mapping
    lifecycle.map_columns(again, school(), mapping, "account:1", NOON)
    work(app)
    assert sum(row(again)["counts"]["guardian"].values()) == 0 == sum(row(again)["counts"]["pupil"].values())


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        (CSV.replace("14/03/2015", "14 mars"), 2, "Né le"),
        (CSV.replace("Léa", ""), 2, "Prénom"),
        (CSV.replace("Tom", "Léa").replace("2013-05-02", "2015-03-14"), 3, "Nom"),
        (CSV.splitlines()[0] + "\n", None, None),
    ],
    ids=["date", "missing", "twice", "empty"],
)
def test_a_fault_in_a_csv_names_line_and_column(
    app: Flask, world: World, text: str, line: int | None, field: str | None
) -> None:
    world.school()
    number = csv_given(app, CSV)
    mapping = csv_columns.columns(number, school())[2]
    bad = csv_given(app, text)
    lifecycle.map_columns(bad, school(), mapping, "account:1", NOON)
    work(app)
    if line is None:
        assert (row(bad)["state"], row(bad)["fault"]["code"]) == ("refused", "no_pupil")
        return
    faults = [fault for entry in row(bad)["entries"] for fault in entry["faults"]]
    assert row(bad)["state"] == "checked" and row(bad)["counts"]["pupil"]["set_aside"] >= 1
    assert (line, field) in [(fault["line"], fault["field"]) for fault in faults]


def write_academy(folder: Path, schools_: int, pupils: int = 3) -> None:
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    for number in range(schools_):
        digits = f"{9900000 + number}".zfill(7)
        uai = digits + letters[int(digits) % 23]
        place = folder / uai
        place.mkdir(parents=True)
        base = (number + 1) * 1000
        exported = export(
            tuple(pupil(str(base + n), ine=f"{base + n:09d}AB", first_name=f"A{n}") for n in range(pupils)),
            (person(str(base), mobile=f"+3363998{number:04d}", contact_mail=f"m{number}@x.example"),),
            tuple(link(str(base + n), str(base)) for n in range(pupils)),
            uai=uai,
        )
        for file in files_of(exported):
            (place / file.name).write_bytes(file.content.read())


def test_an_interrupted_import_of_an_academy_continues(tmp_path: Path, world: World) -> None:
    write_academy(tmp_path, 4)
    moment = lambda: NOON  # noqa: E731
    run = academy.import_folder(tmp_path, moment, "command")
    assert [next(run).fault, next(run).fault] == [None, None]
    run.close()
    (tmp_path / "9999999X").mkdir()
    outcomes = list(academy.import_folder(tmp_path, moment, "command"))
    assert [(done.counts, done.fault) == (None, None) for done in outcomes] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert outcomes[-1].fault and outcomes[-1].number == outcomes[-1].total == 5
    assert reading().execute(select(func.count()).select_from(Person)).scalar_one() == 16


def test_a_cancelled_job_does_nothing(app: Flask, world: World) -> None:
    world.school()
    files = [(file.name, file.content) for file in files_of(export())]
    number = lifecycle.submit(school(), files, "siecle", "account:1", NOON)
    assert queue.cancel(1, "account:1", NOON)
    work(app)
    assert row(number)["state"] == "given"
    lifecycle.drop(number, school(), "account:1", NOON)
    assert row(number)["state"] == "dropped"


def test_another_worker_takes_over_the_job_of_a_dead_worker(app: Flask, world: World, clock: Clock) -> None:
    world.school()
    files = [(file.name, file.content) for file in files_of(export())]
    number = lifecycle.submit(school(), files, "siecle", "account:1", NOON)
    with transaction() as tx:
        assert jobs.claim_next(tx, long_work.LONG, True, "a worker that dies", NOON, queue.LEASE) == 1
    assert not queue.run_next(long_work.RUNNERS, clock, lambda: False)
    clock.advance(queue.LEASE + 1)
    work(app)
    assert row(number)["state"] == "checked"


def test_a_stopping_worker_releases_its_job(app: Flask, world: World, clock: Clock) -> None:
    world.school()
    number = lifecycle.submit(
        school(), [(file.name, file.content) for file in files_of(export())], "siecle", "account:1", NOON
    )
    assert queue.run_next(long_work.RUNNERS, clock, lambda: True)
    work(app)
    assert row(number)["state"] == "checked"


def test_twenty_thousand_homonyms_and_two_imports_at_once(app: Flask, world: World) -> None:
    """Numbers of usernames only grow: used numbers are not searched again, and two imports share none."""
    from idp.people.storage import account_creation

    with transaction() as tx:
        account_creation.store_numbers(tx, {"l.durand": 20_000})
    faults: list[Exception] = []

    def write(uai: str, base: int) -> None:
        with app.app_context():
            exported = export(
                tuple(
                    pupil(str(base + n), ine=f"{base + n:09d}AB", birth_date=f"2015-01-{n + 1:02d}")
                    for n in range(25)
                ),
                (person(str(base), first_name="Luc", contact_mail=f"{base}@x.example", mobile=None),),
                tuple(link(str(base + n), str(base)) for n in range(25)),
                uai=uai,
            )
            try:
                lifecycle.write(files_of(exported), NOON, "command")
            except Exception as fault:
                faults.append(fault)
            finally:
                app.extensions["connections"].close()

    threads = [
        threading.Thread(target=write, args=(HERE, 1000)),
        threading.Thread(target=write, args=(NEARBY, 2000)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    numbers = sorted(int(stored["username"].removeprefix("l.durand")) for stored in rows_of(Account))
    assert numbers == list(range(20_001, 20_053))
    last = (
        reading().execute(select(UsernameCounter.last).where(UsernameCounter.stem == "l.durand")).scalar_one()
    )
    assert last == 20_052


@pytest.mark.slow
def test_a_school_of_fifteen_hundred_is_read_and_written_whole(world: World) -> None:
    """Its time is measured by the bench; here it is that nothing is lost at that size, and that a second time changes nothing."""
    chance = random.Random(1500)
    names = ["Durand", "Martin", "Petit", "Moreau", "Le Goff", "García"]
    pupils, persons, links = [], [], []
    for n in range(1500):
        surname = chance.choice(names)
        pupils.append(pupil(str(n + 1), ine=f"{n:09d}AB", family_name=surname, class_code=f"{n % 40}"))
        for k in range(2):
            key = str(10_000 + n * 2 + k)
            persons.append(person(key, family_name=surname, contact_mail=f"{key}@x.example", mobile=None))
            links.append(link(str(n + 1), key, "10"))
    exported = export(tuple(pupils), tuple(persons), tuple(links))
    _, plan = lifecycle.write(files_of(exported), NOON, "command")
    assert plan.counts()["pupil"]["new"] == 1500 and plan.counts()["guardian"]["new"] == 3000
    _, again = lifecycle.write(files_of(exported), NOON + 60, "command")
    assert again.changes_nothing
