"""The demonstration's two schools, imported; every person of their files, joined with the account from the import."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from idp.app import create_app
from idp.database.engine import reading
from idp.demo.school import invent
from idp.demo.siecle_files import write_siecle
from idp.imports import lifecycle
from idp.imports.rules.records import SiecleFile
from idp.people import schools
from idp.people.storage.tables import Account, School, SourceRecord
from tests.clients.conftest import logs_in, pronote, provider, start  # noqa: F401
from tests.conftest import NOON, Clock, fresh_database, settings_for
from tests.oracle.siecle import Filed, FiledChild, read

KINDS = {"pupil", "guardian"}


@dataclass
class Somebody:
    """An account, and the records of the files that are about it: two, where a guardian has children in both schools."""

    account: int
    person: int
    username: str
    filed: list[Filed]

    @property
    def kind(self) -> str:
        return self.filed[0].key[1]

    @property
    def name(self) -> str:
        return self.filed[0].name

    @property
    def children(self) -> list[FiledChild]:
        return [child for record in self.filed for child in record.children]


@dataclass
class Everybody:
    app: Flask
    names: dict[str, str]
    people: list[Somebody]

    def of(self, uai: str) -> dict[str, tuple[Somebody, Filed]]:
        """Username → (account, record) of one school."""
        return {
            somebody.username: (somebody, filed)
            for somebody in self.people
            for filed in somebody.filed
            if filed.key[0] == uai
        }


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everybody]:
    folder: Path = tmp_path_factory.mktemp("siecle")
    app = create_app(settings_for(fresh_database("sqlite"), sms={"url": "http://127.0.0.1:9/sms"}), Clock())
    names: dict[str, str] = {}
    with app.app_context():
        for school in invent().schools:
            names[school.export.uai] = school.name
            paths = write_siecle(school.export, folder / school.export.uai)
            with open(paths[0], "rb") as pupils, open(paths[1], "rb") as guardians:
                files = [SiecleFile(paths[0].name, pupils), SiecleFile(paths[1].name, guardians)]
                lifecycle.write(files, NOON, "test")
            schools.name_school(school.export.uai, school.name, school.office, NOON, "test")
        people = joined(read(folder, names))
    yield Everybody(app, names, people)
    with app.app_context():
        app.extensions["connections"].close()


def joined(filed: dict[tuple[str, str, str], Filed]) -> list[Somebody]:
    rows = reading().execute(
        select(
            School.uai,
            SourceRecord.kind,
            SourceRecord.source_id,
            Account.id,
            Account.person_id,
            Account.username,
        )
        .join(School, School.id == SourceRecord.school_id)
        .join(Account, Account.person_id == SourceRecord.person_id)
    )
    people: dict[int, Somebody] = {}
    left = dict(filed)
    for uai, kind, source, account, person, username in rows:
        record = left.pop((uai, kind, source), None)
        if record is not None:
            people.setdefault(account, Somebody(account, person, username, [])).filed.append(record)
    assert left == {}, "everybody of the files has an account"
    return list(people.values())
