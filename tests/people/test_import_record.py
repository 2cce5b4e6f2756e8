"""Imports on record: checked by a job, settled by hand, written all or nothing, undone within a day."""

import io
import random
import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from idp import worker
from idp.database import reading, transaction
from idp.jobs import queue
from idp.jobs.storage import jobs
from idp.people import academy, csv_columns, import_record
from idp.people.imports import ImportFault
from idp.people.storage import import_rows, schools
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, UsernameCounter
from idp.refusals import Refusal
from tests.conftest import NOON, Clock
from tests.people.exports import HERE, NEARBY, export, files_of, link, person, pupil
from tests.world import World

DAY = 86400
pytestmark = pytest.mark.usefixtures("world")


def work(app: Flask) -> None:
    """The worker's turn: every job that waits."""
    while queue.run_next(worker.RUNNERS, app.extensions["clock"], lambda: False):
        pass


def school(uai: str = HERE) -> int:
    found = schools.find(reading(), uai)
    assert found is not None
    return found[0]


def given(app: Flask, said, number_of: str = HERE) -> int:
    files = [(file.name, file.content) for file in files_of(said)]
    number = import_record.give(school(number_of), files, "siecle", "account:1", NOON)
    work(app)
    return number


def row(number: int):
    return import_rows.find(reading(), number)


def rows_of(table) -> list:
    """Everything but moments, which say when and not what."""
    found = reading().execute(select(table.__table__).order_by(table.id)).mappings()
    return [
        {k: v for k, v in r.items() if k not in ("updated_at", "last_seen_at", "credentials_since")}
        for r in found
    ]


def everyone() -> dict:
    return {table.__tablename__: rows_of(table) for table in (Person, Account, Enrolment, Guardianship)}


def two_pupils(**second):
    return export((pupil("1"), pupil("2", first_name="Tom", **second)), links=(link("1"), link("2")))


def test_files_are_checked_looked_at_and_written(app: Flask, world: World) -> None:
    world.school()
    number = given(app, export())
    assert row(number)["state"] == "checked" and row(number)["counts"]["pupil"]["new"] == 1
    assert reading().execute(select(func.count()).select_from(Person)).scalar_one() == 0
    import_record.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    assert row(number)["state"] == "written"
    assert reading().execute(select(func.count()).select_from(Person)).scalar_one() == 2
    assert import_rows.files_of(reading(), number) == []


def test_a_fault_names_file_line_and_field_and_nothing_is_written(app: Flask, world: World) -> None:
    world.school()
    pupils, guardians = files_of(export())
    broken = io.BytesIO(pupils.content.read().replace(b"14/03/2015", b"31/02/2015"))
    files = [("eleves.xml", broken), ("responsables.xml", guardians.content)]
    number = import_record.give(school(), files, "siecle", "account:1", NOON)
    work(app)
    fault = row(number)["fault"]
    assert row(number)["state"] == "refused"
    assert (fault["file"], fault["field"]) == ("eleves.xml", "DATE_NAISS") and fault["line"] > 1


def test_an_export_of_another_school_is_refused_by_the_one_that_gave_it(app: Flask, world: World) -> None:
    world.school(), world.school(NEARBY)
    number = given(app, export(uai=NEARBY))
    assert row(number)["state"] == "refused" and row(number)["fault"]["field"] == "UAJ"


def test_what_was_seen_is_what_is_written(app: Flask, world: World) -> None:
    """Another administrator's import in between sends the first one back to a new preview."""
    world.school()
    number = given(app, export())
    import_record.write(files_of(two_pupils()), NOON, "command")
    import_record.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    assert row(number)["state"] == "checked" and row(number)["counts"]["pupil"]["gone"] == 1
    with pytest.raises(Refusal):
        import_record.ask_write(number, school() + 1, False, "account:1", NOON)


def test_two_administrators_write_an_import_once(app: Flask, world: World) -> None:
    world.school()
    number = given(app, export())
    import_record.ask_write(number, school(), False, "account:1", NOON)
    with pytest.raises(Refusal) as refused:
        import_record.ask_write(number, school(), False, "account:2", NOON)
    assert refused.value.code == "K03"


def test_a_far_too_short_export_has_to_be_confirmed(app: Flask, world: World) -> None:
    whole = export(
        tuple(pupil(str(n), ine=f"{n:09d}AB", first_name=f"Enfant{n}") for n in range(1, 41)),
        links=tuple(link(str(n)) for n in range(1, 41)),
    )
    import_record.write(files_of(whole), NOON, "command")
    short = export(whole.pupils[:20], links=whole.links[:20])
    with pytest.raises(ImportFault, match="20 pupils would leave"):
        import_record.write(files_of(short), NOON, "command")
    number = given(app, short)
    with pytest.raises(Refusal) as refused:
        import_record.ask_write(number, school(), False, "account:1", NOON)
    assert refused.value.code == "K06"
    import_record.ask_write(number, school(), True, "account:1", NOON)
    work(app)
    assert row(number)["state"] == "written"


def test_an_import_is_undone_to_the_very_rows_of_before(world: World) -> None:
    import_record.write(files_of(two_pupils()), NOON, "command")
    before = everyone()
    changed = export(
        (pupil("1", class_code="5 B", usage_name="Martin"),),
        (person(mobile="+33639980099"), person("12", first_name="Marc", contact_mail=None, mobile=None)),
        (link("1"), link("1", "12", "20")),
    )
    number, _ = import_record.write(files_of(changed), NOON + 60, "command")
    assert everyone() != before
    import_record.undo(number, "account:1", NOON + 120)
    after = everyone()
    newcomers = [one for one in after["persons"] if one not in before["persons"]]
    assert [one["first_name"] for one in newcomers] == ["Marc"]
    assert [one for one in after["persons"] if one not in newcomers] == before["persons"]
    known = {one["id"] for one in before["accounts"]}
    assert [one for one in after["accounts"] if one["id"] in known] == before["accounts"]
    assert not any(one["present"] for one in after["accounts"] if one["id"] not in known)
    assert after["enrolments"] == before["enrolments"]
    assert [one for one in after["guardianships"] if one["until"] is None] == before["guardianships"]


def test_what_somebody_changed_after_the_import_stays(world: World) -> None:
    import_record.write(files_of(export()), NOON, "command")
    number, _ = import_record.write(files_of(export((pupil(class_code="5 B"),))), NOON + 60, "command")
    import_record.write(files_of(export((pupil(class_code="5 C"),))), NOON + 90, "command")
    with pytest.raises(Refusal) as refused:
        import_record.undo(number, "account:1", NOON + 120)
    assert refused.value.code == "K07"


@pytest.mark.parametrize("late", [0, 1])
def test_an_import_is_undone_within_a_day_and_once(world: World, late: int) -> None:
    number, _ = import_record.write(files_of(export()), NOON, "command")
    moment = NOON + DAY + late
    if late:
        with pytest.raises(Refusal):
            import_record.undo(number, "account:1", moment)
        return
    import_record.undo(number, "account:1", moment)
    with pytest.raises(Refusal):
        import_record.undo(number, "account:1", moment)


def test_after_an_undo_the_same_files_bring_the_same_people_back(world: World) -> None:
    number, _ = import_record.write(files_of(export()), NOON, "command")
    names = [one["username"] for one in rows_of(Account)]
    import_record.undo(number, "account:1", NOON + 60)
    import_record.write(files_of(export()), NOON + 120, "command")
    assert [one["username"] for one in rows_of(Account)] == names
    assert all(one["present"] for one in rows_of(Account))


def test_the_office_says_that_a_guardian_is_the_one_from_the_other_school(app: Flask, world: World) -> None:
    world.school()
    import_record.write(files_of(export(uai=NEARBY)), NOON, "command")
    ours = export(
        (pupil("5", ine="555555555AB", first_name="Noé"),),
        (person("77", contact_mail="other@famille.example"),),
        (link("5", "77"),),
    )
    number = given(app, ours)
    (doubt,) = [entry for entry in row(number)["entries"] if entry["verdict"] == "ambiguous"]
    assert doubt["record"]["contact_mail"] == "other@famille.example" and len(doubt["candidates"]) == 1
    with pytest.raises(Refusal):
        import_record.decide(number, school(), "guardian", "77", 9999, "account:1", NOON)
    import_record.decide(number, school(), "guardian", "77", doubt["candidates"][0], "account:1", NOON)
    work(app)
    assert row(number)["counts"]["guardian"] == {
        "new": 0,
        "changed": 1,
        "gone": 0,
        "ambiguous": 0,
        "noted": 0,
    }
    import_record.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    guardians = [one for one in rows_of(Person) if one["kind"] == "guardian"]
    assert len(guardians) == 1
    assert len([one for one in rows_of(Guardianship) if one["until"] is None]) == 2


def test_the_office_says_that_a_pupil_with_a_known_ine_is_somebody_else(app: Flask, world: World) -> None:
    import_record.write(files_of(export()), NOON, "command")
    other = pupil("9", ine="123456781AB", first_name="Zoé", birth_date="2014-01-02")
    number = given(app, export((pupil("1", ine=None), other), links=(link("1"), link("9"))))
    doubts = [entry for entry in row(number)["entries"] if entry["verdict"] == "ambiguous"]
    assert doubts
    import_record.decide(number, school(), "pupil", "9", None, "account:1", NOON)
    work(app)
    import_record.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    assert row(number)["state"] == "written"
    inside = [one for one in rows_of(Person) if one["kind"] == "pupil"]
    assert {(one["first_name"], one["ine"]) for one in inside} == {("Léa", "123456781AB"), ("Zoé", None)}


CSV = (
    "Nom;Prénom;Né le;Classe;Nom responsable 1;Prénom responsable 1;Mail 1;Portable 1;Lien 1\n"
    "Durand;Léa;14/03/2015;6 A;Durand;Claire;claire@famille.example;06 39 98 00 01;mère\n"
    "Durand;Tom;2013-05-02;4 B;Durand;Claire;claire@famille.example;;mère\n"
)


def csv_given(app: Flask, text: str, encoding: str = "utf-8-sig") -> int:
    files = [("eleves.csv", io.BytesIO(text.encode(encoding)))]
    return import_record.give(school(), files, "csv", "account:1", NOON)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_csv_is_imported_by_a_mapping_that_is_guessed_and_kept(
    app: Flask, world: World, encoding: str
) -> None:
    world.school()
    number = csv_given(app, CSV, encoding)
    head, lines, mapping = csv_columns.columns(number, school())
    assert lines[0][:2] == ["Durand", "Léa"] and set(mapping) == set(head)
    import_record.map_columns(number, school(), mapping, "account:1", NOON)
    work(app)
    import_record.ask_write(number, school(), False, "account:1", NOON)
    work(app)
    people = {(one["kind"], one["first_name"]): one for one in rows_of(Person)}
    assert set(people) == {("pupil", "Léa"), ("pupil", "Tom"), ("guardian", "Claire")}
    assert people["guardian", "Claire"]["mobile"] == "+33639980001"
    assert len(rows_of(Guardianship)) == 2 and rows_of(Guardianship)[0]["relation"] == "10"
    again = csv_given(app, CSV)
    assert csv_columns.columns(again, school())[2] == mapping
    import_record.map_columns(again, school(), mapping, "account:1", NOON)
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
    import_record.map_columns(bad, school(), mapping, "account:1", NOON)
    work(app)
    fault = row(bad)["fault"]
    assert row(bad)["state"] == "refused" and (fault["line"], fault["field"]) == (line, field)


def write_academy(folder: Path, schools_: int, pupils: int = 3) -> None:
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    for number in range(schools_):
        digits = f"{9900000 + number}".zfill(7)
        uai = digits + letters[int(digits) % 23]
        place = folder / uai
        place.mkdir(parents=True)
        base = (number + 1) * 1000
        said = export(
            tuple(pupil(str(base + n), ine=f"{base + n:09d}AB", first_name=f"A{n}") for n in range(pupils)),
            (person(str(base), mobile=f"+3363998{number:04d}", contact_mail=f"m{number}@x.example"),),
            tuple(link(str(base + n), str(base)) for n in range(pupils)),
            uai=uai,
        )
        for file in files_of(said):
            (place / file.name).write_bytes(file.content.read())


def test_an_academy_is_taken_up_again_where_it_stopped(tmp_path: Path, world: World) -> None:
    write_academy(tmp_path, 4)
    moment = lambda: NOON  # noqa: E731
    run = academy.import_folder(tmp_path, moment, "command")
    assert [next(run).fault, next(run).fault] == [None, None]
    run.close()
    (tmp_path / "9999999X").mkdir()
    outcomes = list(academy.import_folder(tmp_path, moment, "command"))
    assert [done.outcome.startswith("as before") for done in outcomes] == [True, True, False, False, False]
    assert outcomes[-1].fault and outcomes[-1].number == outcomes[-1].total == 5
    assert reading().execute(select(func.count()).select_from(Person)).scalar_one() == 16


def test_a_job_that_was_cancelled_before_its_turn_does_nothing(app: Flask, world: World) -> None:
    world.school()
    files = [(file.name, file.content) for file in files_of(export())]
    number = import_record.give(school(), files, "siecle", "account:1", NOON)
    assert queue.cancel(1, "account:1", NOON)
    work(app)
    assert row(number)["state"] == "given"
    import_record.drop(number, school(), "account:1", NOON)
    assert row(number)["state"] == "dropped"


def test_a_job_whose_worker_died_is_carried_out_by_another(app: Flask, world: World, clock: Clock) -> None:
    world.school()
    files = [(file.name, file.content) for file in files_of(export())]
    number = import_record.give(school(), files, "siecle", "account:1", NOON)
    with transaction() as tx:
        assert jobs.claim(tx, 1, "a worker that dies", NOON, NOON + queue.LEASE)
    assert not queue.run_next(worker.RUNNERS, clock, lambda: False)
    clock.advance(queue.LEASE + 1)
    work(app)
    assert row(number)["state"] == "checked"


def test_a_worker_that_is_told_to_end_gives_its_job_back(app: Flask, world: World, clock: Clock) -> None:
    world.school()
    number = import_record.give(
        school(), [(file.name, file.content) for file in files_of(export())], "siecle", "account:1", NOON
    )
    assert queue.run_next(worker.RUNNERS, clock, lambda: True)
    work(app)
    assert row(number)["state"] == "checked"


def test_twenty_thousand_homonyms_and_two_imports_at_once(app: Flask, world: World) -> None:
    """Numbers only grow: what was given before is not looked for again, and two imports share none."""
    from idp.people.storage import opening

    with transaction() as tx:
        opening.keep_numbers(tx, {"l.durand": 20_000})
    faults: list[Exception] = []

    def write(uai: str, base: int) -> None:
        with app.app_context():
            said = export(
                tuple(
                    pupil(str(base + n), ine=f"{base + n:09d}AB", birth_date=f"2015-01-{n + 1:02d}")
                    for n in range(25)
                ),
                (person(str(base), first_name="Luc", contact_mail=f"{base}@x.example", mobile=None),),
                tuple(link(str(base + n), str(base)) for n in range(25)),
                uai=uai,
            )
            try:
                import_record.write(files_of(said), NOON, "command")
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
    numbers = sorted(int(one["username"].removeprefix("l.durand")) for one in rows_of(Account))
    assert numbers == list(range(20_001, 20_053))
    last = (
        reading().execute(select(UsernameCounter.last).where(UsernameCounter.stem == "l.durand")).scalar_one()
    )
    assert last == 20_052


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
    said = export(tuple(pupils), tuple(persons), tuple(links))
    _, plan = import_record.write(files_of(said), NOON, "command")
    assert plan.counts()["pupil"]["new"] == 1500 and plan.counts()["guardian"]["new"] == 3000
    _, again = import_record.write(files_of(said), NOON + 60, "command")
    assert again.changes_nothing
