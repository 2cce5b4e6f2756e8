import threading
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, select, text, update

from idp.audit.storage.tables import AuditRecord
from idp.database.engine import db, reading, transaction
from idp.demo.school import LARGE, SMALL, Key, cases, invent
from idp.imports import lifecycle
from idp.imports import write as imports
from idp.imports.preview import ImportFault
from idp.people import schools
from idp.people.rules.accounts import State
from idp.people.storage.tables import (
    Account,
    Enrolment,
    Guardianship,
    Person,
    School,
    SourceRecord,
    StaffPost,
    UsernameCounter,
)
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.imports.exports import (
    HERE,
    NEARBY,
    export,
    files_of,
    link,
    person,
    pupil,
)

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("world")]

TABLES = (School, Person, SourceRecord, Enrolment, Guardianship, UsernameCounter, Account)
MOMENTS = {"imported_at", "last_seen_at"}


def write(exported, now=NOON):
    return lifecycle.write(files_of(exported), now, "test")[1]


def everything():
    """All rows of the package's tables, without the times at which an import last read them."""
    rows = {}
    for table in TABLES:
        columns = [column for column in table.__table__.c if column.name not in MOMENTS]
        rows[table.__tablename__] = sorted(tuple(row) for row in reading().execute(select(*columns)))
    return rows


def count(table, *where):
    return reading().execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def account_of(first_name):
    statement = select(Account).join(Person, Person.id == Account.person_id)
    return reading().execute(statement.where(Person.first_name == first_name)).one()


def open_links():
    statement = select(Guardianship.guardian_id, Guardianship.pupil_id, Guardianship.relation)
    return set(reading().execute(statement.where(Guardianship.until.is_(None))).tuples())


def test_an_import_creates_accounts_that_cannot_sign_in_yet() -> None:
    write(export())
    child, guardian = account_of("Léa"), account_of("Claire")
    assert (child.username, guardian.username) == ("l.durand", "c.durand")
    for account in (child, guardian):
        assert account.state == State.CREATED
        assert account.password_hash is account.provisional_digest is account.mail is None
        assert account.present
    assert child.subject != guardian.subject
    assert open_links() == {(guardian.person_id, child.person_id, "10")}


def test_fields_of_records_are_stored() -> None:
    record = pupil(other_first_names="Anne Rose", usage_name="Petit", mobile="+33639980009")
    write(export((record,), (person(phone="+33353010001"),)))
    child = reading().execute(select(Person).where(Person.kind == "pupil")).one()
    assert (child.ine, child.birth_date, child.sex) == (record.ine, "2015-03-14", "F")
    assert (child.other_first_names, child.usage_name, child.mobile) == ("Anne Rose", "Petit", "+33639980009")
    guardian = reading().execute(select(Person).where(Person.kind == "guardian")).one()
    assert (guardian.mobile, guardian.phone) == ("+33639980001", "+33353010001")
    assert (guardian.address, guardian.postal_code, guardian.city) == (
        "2 rue des Tilleuls",
        "99110",
        "VALMORET",
    )
    enrolment = reading().execute(select(Enrolment)).one()
    assert (enrolment.class_code, enrolment.mef, enrolment.until) == ("6 A", "10010012110", None)


def test_a_preview_writes_nothing() -> None:
    before = everything()
    plan = imports.preview(imports.check(files_of(export())), NOON).plan
    assert plan.counts()["guardian"]["new"] == 1
    assert everything() == before


@pytest.mark.slow
def test_the_same_files_change_nothing_at_a_second_import() -> None:
    large, small = (school.export for school in invent().schools)
    first, second = write(large), write(small)
    assert first.counts()["pupil"]["new"] == 600
    assert second.counts()["pupil"]["new"] == 40
    guardians = first.counts()["guardian"]["new"] + second.counts()["guardian"]["new"]
    assert 950 <= guardians <= 1_050
    assert second.counts()["guardian"]["changed"] == 20
    assert second.counts()["guardian"]["ambiguous"] == 4
    assert count(Account) == count(Person) == 640 + guardians
    before = everything()
    for exported in (large, small, large):
        assert write(exported, NOON + 60).changes_nothing
    assert everything() == before
    shared = cases(invent()).two_schools
    account = schools.find_account(shared.uai, "guardian", shared.source_id)
    children = (
        select(Enrolment.school_id)
        .join(Guardianship, Guardianship.pupil_id == Enrolment.pupil_id)
        .join(Account, Account.person_id == Guardianship.guardian_id)
        .where(Account.id == account)
    )
    assert len(set(reading().execute(children).scalars())) == 2


@pytest.mark.slow
def test_the_number_of_statements_does_not_grow_with_the_number_of_people() -> None:
    statements = []

    def note(_connection, _cursor, statement, *_):
        # On SQLite, SQLAlchemy inserts persons one by one so that their ids come back in order.
        if not statement.startswith("INSERT INTO persons"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        write(invent().schools[0].export)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(statements) < 50


def test_absent_people_are_deactivated_and_reactivated() -> None:
    write(export())
    before = account_of("Claire")
    write(export((), (), ()), NOON + 100)
    away = account_of("Claire")
    assert (away.present, away.credentials_generation) == (False, before.credentials_generation + 1)
    assert not account_of("Léa").present
    assert (count(Person), count(Account), open_links()) == (2, 2, set())
    assert reading().execute(select(Enrolment.until)).scalar_one() == NOON + 100
    assert write(export((), (), ()), NOON + 150).changes_nothing
    plan = write(export(), NOON + 200)
    assert plan.counts()["pupil"]["changed"] == plan.counts()["guardian"]["changed"] == 1
    back = account_of("Claire")
    assert (back.present, back.id, back.username, back.subject) == (
        True,
        before.id,
        before.username,
        before.subject,
    )
    assert account_of("Léa").present
    assert len(open_links()) == 1
    assert reading().execute(select(Enrolment.until)).scalar_one() is None


def test_a_guardian_who_leaves_one_school_stays_in_the_other() -> None:
    zoe = pupil("2", first_name="Zoé")
    write(export())
    write(export((zoe,), (person("77"),), (link("2", "77"),), NEARBY))
    assert count(Person, Person.kind == "guardian") == 1
    assert len(open_links()) == 2
    write(export((), (), ()), NOON + 100)
    assert account_of("Claire").present
    assert account_of("Zoé").present
    assert not account_of("Léa").present
    assert len(open_links()) == 1
    write(export((), (), (), NEARBY), NOON + 200)
    assert not account_of("Claire").present


@pytest.mark.parametrize("old_school_first", [True, False])
def test_a_pupil_who_changes_schools_keeps_the_account(old_school_first) -> None:
    write(export())
    before = account_of("Léa")
    steps = [
        lambda: write(export((), (), ()), NOON + 100),
        lambda: write(export((pupil("5", ine=pupil().ine),), links=(link("5"),), uai=NEARBY), NOON + 100),
    ]
    for step in steps if old_school_first else reversed(steps):
        step()
    after = account_of("Léa")
    assert (after.id, after.subject, after.present) == (before.id, before.subject, True)
    assert account_of("Claire").present
    assert count(Person) == 2
    assert len(open_links()) == 1
    schools_now = (
        reading().execute(select(School.uai).join(Enrolment).where(Enrolment.until.is_(None))).scalars()
    )
    assert list(schools_now) == [NEARBY]


def test_a_changed_class_relation_and_surname_are_written_and_the_username_stays() -> None:
    write(export())
    changed = export((pupil(class_code="6 B"),), (person(usage_name="Petit"),), (link(relation="50"),))
    write(changed, NOON + 100)
    assert reading().execute(select(Enrolment.class_code)).scalar_one() == "6 B"
    guardian = reading().execute(select(Person).where(Person.kind == "guardian")).one()
    assert (guardian.usage_name, guardian.updated_at) == ("Petit", NOON + 100)
    assert account_of("Claire").username == "c.durand"
    assert {relation for _, _, relation in open_links()} == {"50"}
    assert write(changed, NOON + 200).changes_nothing


def test_a_pupil_in_doubt_keeps_class_and_guardian() -> None:
    write(export())
    other_child = pupil(first_name="Hugo", birth_date="2013-01-01")
    plan = write(export((other_child,)), NOON + 100)
    assert plan.changes_nothing
    assert plan.counts()["pupil"]["ambiguous"] == 1
    assert (account_of("Léa").present, account_of("Claire").present) == (True, True)
    assert len(open_links()) == 1
    assert reading().execute(select(Enrolment.until)).scalar_one() is None


def test_links_and_enrolments_keep_their_start() -> None:
    write(export())
    write(export((pupil(class_code="6 B"),), links=(link(relation="50"),)), NOON + 100)
    assert reading().execute(select(Guardianship.since)).scalar_one() == NOON
    assert reading().execute(select(Enrolment.since)).scalar_one() == NOON


def test_a_link_that_a_guardian_disputed_stays_disputed() -> None:
    write(export())
    with transaction() as tx:
        tx.execute(update(Guardianship).values(disputed_at=NOON))
    write(export(links=(link(relation="90"),)), NOON + 100)
    assert reading().execute(select(Guardianship.disputed_at)).scalar_one() == NOON


def test_a_pupil_of_age_is_their_own_guardian_with_one_account() -> None:
    grown = export((pupil(birth_date="2008-01-01"),), links=(link(relation="70"),))
    write(grown)
    account = account_of("Léa")
    assert count(Account) == 1
    assert open_links() == {(account.person_id, account.person_id, "70")}
    assert write(grown, NOON + 100).changes_nothing
    write(export((pupil(birth_date="2008-01-01"),), links=()), NOON + 200)
    assert open_links() == set()
    assert account_of("Léa").present


def test_homonyms_are_numbered_and_a_number_is_never_given_again() -> None:
    names = [pupil(str(n), first_name=name) for n, name in enumerate(("Eva", "Élise", "Emma"), 1)]
    write(export(tuple(names), (), ()))
    assert [account_of(record.first_name).username for record in names] == [
        "e.durand",
        "e.durand2",
        "e.durand3",
    ]
    newcomer = pupil("4", first_name="Estelle")
    write(export((newcomer,), (), ()), NOON + 100)
    assert account_of("Estelle").username == "e.durand4"


def test_the_username_of_an_erased_account_is_not_reused() -> None:
    write(export((pupil(first_name="Eva"),), (), ()))
    with transaction() as tx:
        for table in (SourceRecord, Enrolment, Account, Person):
            tx.execute(delete(table))
    write(export((pupil(first_name="Eva"),), (), ()), NOON + 100)
    assert account_of("Eva").username == "e.durand2"


def test_an_uncounted_username_is_skipped(world: World) -> None:
    world.pupil("Eva", "Durand", username="e.durand2")
    names = [pupil(str(n), first_name=name) for n, name in enumerate(("Élise", "Emma"), 1)]
    write(export(tuple(names), (), ()))
    assert [account_of(record.first_name).username for record in names] == ["e.durand", "e.durand3"]


def test_two_schools_imported_at_once_share_no_username_and_join_their_guardian(app: Flask) -> None:
    children = [(HERE, pupil("1"), "11"), (NEARBY, pupil("2", first_name="Lou"), "77")]
    faults = []

    def run(uai, child, guardian: Someone):
        with app.app_context():
            try:
                write(export((child,), (person(guardian),), (link(child.source_id, guardian),), uai))
            except Exception as fault:
                faults.append(fault)
            finally:
                app.extensions["connections"].close()

    threads = [threading.Thread(target=run, args=child) for child in children]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert {account_of("Léa").username, account_of("Lou").username} == {"l.durand", "l.durand2"}
    assert count(Person, Person.kind == "guardian") == 1


def test_a_failed_import_writes_nothing() -> None:
    """Its record is the last statement of an import."""
    write(export())
    before = everything()
    second = pupil("2", first_name="Zoé")
    with transaction() as tx:
        tx.execute(text("ALTER TABLE audit RENAME TO audit_away"))
    with pytest.raises(Exception, match=r"audit\b"):
        write(export((pupil(class_code="6 B"), second)), NOON + 100)
    with transaction() as tx:
        tx.execute(text("ALTER TABLE audit_away RENAME TO audit"))
    assert everything() == before


def test_last_years_file_is_refused_and_so_is_an_older_one_than_the_last() -> None:
    with pytest.raises(ImportFault, match="2025"):
        write(export(year=2025))
    write(export())
    with transaction() as tx:
        tx.execute(update(School).values(school_year=2027))
    with pytest.raises(ImportFault, match="2027 has been imported"):
        imports.preview(imports.check(files_of(export())), NOON)
    assert count(Person) == 2


def test_an_import_is_recorded_with_its_counts() -> None:
    write(export())
    row = reading().execute(select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert (row.act, row.actor, row.subject) == ("people.imported", "test", f"school:{HERE}")
    assert '"new": 1' in row.detail
    assert "Durand" not in row.detail


def test_a_school_keeps_its_name_through_imports() -> None:
    write(export())
    assert reading().execute(select(School.name)).scalar_one() == f"Établissement {HERE}"
    schools.name_school(HERE, "Collège des Tilleuls", "le secrétariat", NOON, "test")
    write(export(), NOON + 100)
    school = reading().execute(select(School)).one()
    assert (school.name, school.office, school.degree) == ("Collège des Tilleuls", "le secrétariat", "2d")
    assert (school.school_year, school.imported_at) == (2026, NOON + 100)


def test_staff_are_added_by_hand() -> None:
    write(export())
    head = schools.add_staff("Hélène", "Vasseur", "head", HERE, NOON, "test", "MME", "h@ac-orbe.example")
    schools.add_staff("Rodolphe", "Saint-Omer", "administrator", None, NOON, "test")
    account = account_of("Hélène")
    assert (account.id, account.username, account.state) == (head, "h.vasseur", State.CREATED)
    posts = select(StaffPost.role, School.uai).outerjoin(School).order_by(StaffPost.id)
    assert reading().execute(posts).all() == [("head", HERE), ("administrator", None)]
    with pytest.raises(schools.NoSuchSchool, match="0990009Y"):
        schools.add_staff("Paul", "Nom", "teacher", "0990009Y", NOON, "test")
    assert count(Person, Person.kind == "staff") == 2


def test_a_school_is_named_under_a_valid_uai_only() -> None:
    with pytest.raises(schools.NoSuchSchool, match="0990001W"):
        schools.name_school("0990001W", "Collège des Tilleuls", "", NOON, "test")
    assert count(School) == 0


def test_staff_are_not_touched_by_imports() -> None:
    write(export())
    schools.add_staff("Hélène", "Vasseur", "head", HERE, NOON, "test")
    write(export((), (), ()), NOON + 100)
    assert account_of("Hélène").present


def test_accounts_are_found_by_identifiers_of_the_base() -> None:
    write(export())
    assert schools.find_account(HERE, "pupil", "1") == account_of("Léa").id
    assert schools.find_account(HERE, "guardian", "11") == account_of("Claire").id
    assert schools.find_account(HERE, "pupil", "11") is None
    assert schools.find_account(NEARBY, "pupil", "1") is None


def test_a_reused_personne_id_is_of_the_new_person() -> None:
    write(export())
    stranger = person(first_name="Paul", family_name="Martin", mobile=None, contact_mail=None)
    write(export(persons=(stranger,)), NOON + 100)
    assert not account_of("Claire").present
    assert schools.find_account(HERE, "guardian", "11") == account_of("Paul").id
    assert open_links() == {(account_of("Paul").person_id, account_of("Léa").person_id, "10")}
    assert write(export(persons=(stranger,)), NOON + 200).changes_nothing


@pytest.mark.slow
def test_the_demonstration_finds_its_cases() -> None:
    demonstration = invent()
    for school in demonstration.schools:
        write(school.export)
    persons = cases(demonstration)
    accounts = {
        name: schools.find_account(key.uai, key.kind, key.source_id)
        for name, key in vars(persons).items()
        if isinstance(key, Key)
    }
    assert len(set(accounts.values())) == 5
    child = reading().execute(select(Account.person_id).where(Account.id == accounts["pupil"])).scalar_one()
    guardians = select(Account.id).join(Guardianship, Guardianship.guardian_id == Account.person_id)
    assert set(reading().execute(guardians.where(Guardianship.pupil_id == child)).scalars()) == {
        accounts["newcomer"],
        accounts["other_guardian"],
    }
    assert {LARGE, SMALL} == set(reading().execute(select(School.uai)).scalars())


def test_a_shared_pupil_record_without_change_is_left_alone() -> None:
    write(export())
    record = replace(pupil(), source_id="88")
    assert write(export((record,), links=(link("88"),)), NOON + 100).changes_nothing
    assert schools.find_account(HERE, "pupil", "88") == account_of("Léa").id
