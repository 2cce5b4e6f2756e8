"""`idp people`: from the school's files to the letters, as an administrator does it."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from idp.demo.school import LARGE, invent
from idp.demo.siecle_files import write_siecle
from tests.operations.installation import Installation


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return write_siecle(invent(pupils=30, pupils_nearby=15).schools[0].export, tmp_path / "siecle")


def test_a_preview_counts_and_writes_nothing_and_an_import_repeated_changes_nothing(
    installation: Installation, files: tuple[Path, Path]
) -> None:
    preview = json.loads(installation.run("people", "import", *files, "--preview", "--json").stdout)
    assert preview["written"] is False
    assert preview["counts"]["pupil"]["new"] > 25
    written = json.loads(installation.run("people", "import", *files, "--json").stdout)
    assert (written["written"], written["counts"]) == (True, preview["counts"])
    again = json.loads(installation.run("people", "import", *reversed(files), "--json").stdout)
    assert {
        counts[verdict] for counts in again["counts"].values() for verdict in ("new", "changed", "gone")
    } == {0}


def test_letters_are_issued_once_to_everybody_and_staff_get_theirs_at_once(
    installation: Installation, files: tuple[Path, Path]
) -> None:
    assert "written" in installation.run("people", "import", *files).stdout
    table = io.StringIO(installation.run("people", "letters", LARGE).stdout)
    letters = list(csv.DictReader(table, delimiter=";"))
    assert {letter["profil"] for letter in letters} == {"guardian", "pupil"}
    assert {len(letter["mot_de_passe_provisoire"]) for letter in letters} == {12}
    assert len({letter["identifiant"] for letter in letters}) == len(letters)
    assert installation.run("people", "letters", LARGE).stdout == ""
    username, password = installation.run(
        "people", "staff", "head", "Paul", "Martin", "--school", LARGE
    ).stdout.split()
    shown = json.loads(installation.run("accounts", "show", username, "--json").stdout)
    assert (shown["kind"], shown["state"]) == ("staff", "notified")
    assert password not in json.dumps(shown)


def test_a_file_that_is_no_export_is_named(
    installation: Installation, files: tuple[Path, Path], tmp_path: Path
) -> None:
    letter = tmp_path / "lettre.xml"
    letter.write_text("Madame, Monsieur", encoding="utf-8")
    done = installation.run("people", "import", files[0], letter)
    assert done.returncode == 1
    assert "lettre.xml" in done.stderr
    assert "Traceback" not in done.stderr


def test_staff_of_an_unknown_school_are_refused(installation: Installation) -> None:
    done = installation.run("people", "staff", "head", "Paul", "Martin", "--school", "0990009X")
    assert done.returncode == 1
    assert "'0990009X'" in done.stderr


def test_unreadable_records_are_named_and_set_aside_on_request(
    installation: Installation, files: tuple[Path, Path]
) -> None:
    pupils = files[0].read_text("iso-8859-15").replace("ISO-8859-15", "UTF-8", 1)
    days = re.findall(r"<DATE_NAISS>[0-9/]+</DATE_NAISS>", pupils)
    names = re.findall(r"<PRENOM>([^<]+)</PRENOM>", pupils)
    pupils = pupils.replace(days[0], "<DATE_NAISS>00/00/2014</DATE_NAISS>", 1)
    files[0].write_text(pupils.replace(f"<PRENOM>{names[-1]}<", "<PRENOM>ZoÃ©<", 1), "utf-8")
    refused = installation.run("people", "import", *files)
    assert refused.returncode == 1 and "DATE_NAISS" in refused.stderr and "ZoÃ©" in refused.stderr
    assert "This is not a date" in refused.stderr and "set them aside" in refused.stderr
    previewed = installation.run("people", "import", *files, "--preview").stdout
    damaged = re.search(r"damaged text: (pupil:\S+) .*probably « Zoé »", previewed)
    assert damaged and "not imported" in previewed
    answer = f"--text={damaged[1]}=mended"
    written = installation.run("people", "import", *files, "--set-aside", answer).stdout
    assert "not imported" in written and "answer so far: mended" in written
