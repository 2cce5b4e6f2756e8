"""The demonstration's people: the invented school through the administrator's importer, letters, accounts to try."""

from dataclasses import dataclass

from idp.audit import trail
from idp.database.engine import reading, transaction
from idp.demo.place import Place
from idp.demo.school import Cases, Demonstration, Key, cases, invent
from idp.demo.siecle_files import write_siecle
from idp.imports import lifecycle
from idp.imports.rules.records import SiecleFile
from idp.letters import issue
from idp.letters.issue import Letter
from idp.passwords.choosing import checked_hash, replace_in
from idp.people import schools
from idp.people.storage import accounts as storage
from idp.people.storage import contacts

ACTOR = "demo"
PASSWORD = "Tilleul-Bleu-Pluie-27"
"""The password of the accounts that are active from the start; public, for this machine only."""


@dataclass(frozen=True)
class Card:
    """An account to try. `name` is for programs; `provisional` passwords have to be replaced at the first login.

    `birth_date` (dd/mm/yyyy) is asked for at the first login from a browser.
    """

    name: str
    title: str
    username: str
    password: str
    provisional: bool
    look: str
    birth_date: str = ""


def make_school(place: Place, now: int) -> list[Card]:
    """Import the invented schools, add the staff, issue letters, and make some accounts active."""
    demonstration = invent()
    for school in demonstration.schools:
        paths = write_siecle(school.export, place.folder / "siecle" / school.export.uai)
        with open(paths[0], "rb") as pupils, open(paths[1], "rb") as guardians:
            files = [SiecleFile(paths[0].name, pupils), SiecleFile(paths[1].name, guardians)]
            lifecycle.write(files, now, ACTOR)
        schools.name_school(school.export.uai, school.name, school.office, now, ACTOR)
    staff = {
        person.role: schools.add_staff(
            person.first_name,
            person.family_name,
            person.role,
            person.uai,
            now,
            ACTOR,
            person.civility,
            person.mail,
        )
        for person in demonstration.personnel
    }
    return _cards(demonstration, cases(demonstration), staff, now)


def _cards(demonstration: Demonstration, persons: Cases, staff: dict[str, int], now: int) -> list[Card]:
    born = _day(persons.birth_date)
    newcomer, second_guardian = _account(persons.newcomer), _account(persons.other_guardian)
    guardian, pupil = _account(persons.two_schools), _account(persons.pupil)
    letters = issue.issue_letters([newcomer, second_guardian, guardian, pupil, *staff.values()], now, ACTOR)
    letter = {each.account: each for each in letters}
    nearby = demonstration.schools[1].name
    for account in (guardian, pupil, *staff.values()):
        _make_active(letter[account], now)
    return [
        _provisional("guardian_new", "A parent's first login, with the letter of the school", letter[newcomer],
                     f"New password, mail address, birth date of the child ({born}), then the mail box."),
        Card("guardian_without_letter", "A parent without a letter: \"Je n’ai pas de compte\"", "(shown at the end)", "(to be chosen)", False,
             f"Mobile {persons.mobile}, children born on {' and '.join(_day(date) for date in persons.birth_dates)}; the code arrives on the phone."),
        _active("guardian", "A parent with two children in two schools", letter[guardian],
                f"Pronote's selector shows both children, one of them at {nearby}; Téléservices has a file for each.",
                _day(persons.child_of_two_schools)),
        _provisional("guardian_other", "The other parent of the first one's child", letter[second_guardian],
                     f"After the first parent has filed Orientation, it can be read but not changed (child: {born})."),
        _active("pupil", "Their child, a pupil", letter[pupil],
                "Pronote shows the pupil's own page; the provider refuses Téléservices before any return to it.", born),
        _active("head", "The head of the school", letter[staff["head"]],
                "Second entry of i-Cart, or /console at the provider: imports, letters, people; two steps: paste the key into the authenticator."),
        _active("administrator", "An administrator of the academy", letter[staff["academy_administrator"]],
                "/console at the provider: services, keys, staff, the audit trail; belongs to no school; two steps too."),
    ]  # fmt: skip


def _day(date: str) -> str:
    return "/".join(reversed(date.split("-")))


def _account(key: Key) -> int:
    account = schools.find_account(key.uai, key.kind, key.source_id)
    if account is None:
        raise LookupError(f"{key.kind} {key.source_id} of {key.uai} has no account")
    return account


def _make_active(letter: Letter, now: int) -> None:
    """The effect of the first login, without a mail: these accounts are shown in their later state."""
    facts = storage.by_id(reading(), letter.account)
    assert facts is not None
    hashed = checked_hash(facts, PASSWORD)
    address = f"{letter.username}@example.org"
    with transaction() as tx:
        replace_in(tx, facts, hashed, now, ACTOR)
        storage.prove_identity(tx, letter.account, now)
        if letter.kind != "pupil":
            contacts.verify_mail(tx, letter.account, address, now)
        storage.confirm(tx, letter.account)
        trail.record(tx, now, "demo.activated", ACTOR, f"account:{letter.account}")


def _provisional(name: str, title: str, letter: Letter, look: str) -> Card:
    return Card(name, title, letter.username, letter.password, True, look)


def _active(name: str, title: str, letter: Letter, look: str, birth_date: str = "") -> Card:
    return Card(name, title, letter.username, PASSWORD, False, look, birth_date)
