"""`idp people`: from the school's files to the letters, as an administrator does it."""

import csv
import io
import json
from pathlib import Path

import pytest

from idp.demo.school import LARGE, invent
from idp.demo.siecle_files import write_siecle
from tests.operations.house import House


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return write_siecle(invent(pupils=30, pupils_nearby=15).schools[0].export, tmp_path / "siecle")


def test_a_preview_counts_and_writes_nothing_and_an_import_repeated_changes_nothing(
    house: House, files: tuple[Path, Path]
) -> None:
    preview = json.loads(house.run("people", "import", *files, "--preview", "--json").stdout)
    assert preview["written"] is False
    assert preview["counts"]["pupil"]["new"] > 25
    written = json.loads(house.run("people", "import", *files, "--json").stdout)
    assert (written["written"], written["counts"]) == (True, preview["counts"])
    again = json.loads(house.run("people", "import", *reversed(files), "--json").stdout)
    assert {
        counts[verdict] for counts in again["counts"].values() for verdict in ("new", "changed", "gone")
    } == {0}


def test_letters_are_issued_once_to_everybody_and_staff_get_theirs_at_once(
    house: House, files: tuple[Path, Path]
) -> None:
    assert "written" in house.run("people", "import", *files).stdout
    table = io.StringIO(house.run("people", "letters", LARGE).stdout)
    letters = list(csv.DictReader(table, delimiter=";"))
    assert {letter["profil"] for letter in letters} == {"guardian", "pupil"}
    assert {len(letter["mot_de_passe_provisoire"]) for letter in letters} == {12}
    assert len({letter["identifiant"] for letter in letters}) == len(letters)
    assert house.run("people", "letters", LARGE).stdout == ""
    username, password = house.run(
        "people", "staff", "head", "Paul", "Martin", "--school", LARGE
    ).stdout.split()
    shown = json.loads(house.run("accounts", "show", username, "--json").stdout)
    assert (shown["kind"], shown["state"]) == ("staff", "notified")
    assert password not in json.dumps(shown)


def test_a_file_that_is_no_export_is_named(house: House, files: tuple[Path, Path], tmp_path: Path) -> None:
    letter = tmp_path / "lettre.xml"
    letter.write_text("Madame, Monsieur", encoding="utf-8")
    done = house.run("people", "import", files[0], letter)
    assert done.returncode == 1
    assert "lettre.xml" in done.stderr
    assert "Traceback" not in done.stderr


def test_staff_of_an_unknown_school_are_refused(house: House) -> None:
    done = house.run("people", "staff", "head", "Paul", "Martin", "--school", "0990009X")
    assert done.returncode == 1
    assert "'0990009X'" in done.stderr
