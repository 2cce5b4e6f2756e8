"""What the console does, from a terminal: imports undone, letters as PDF, rights, personal data, the record, jobs."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from idp.demo.school import LARGE, invent
from idp.demo.siecle_files import write_siecle
from tests.operations.house import House

CSV = "Nom;Prénom;Né le;Classe;Nom responsable 1;Prénom responsable 1;Mail 1\nDurand;Léa;14/03/2015;6 A;Durand;Claire;c@x.example\n"


@pytest.fixture
def school(house: House, tmp_path: Path) -> str:
    files = write_siecle(invent(pupils=12, pupils_nearby=6).schools[0].export, tmp_path / "siecle")
    said = house.run("people", "import", *files).stdout
    number = re.search(r"written as import (\d+)", said)
    assert number, said
    return number[1]


def done(house: House, *words: object) -> str:
    run = house.run(*words)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_letters_leave_as_one_pdf_a_class(house: House, school: str, tmp_path: Path) -> None:
    done(house, "people", "letters", LARGE, "--pdf", tmp_path / "letters", "--language", "en")
    papers = sorted((tmp_path / "letters").iterdir())
    pages = [page for paper in papers for page in PdfReader(paper).pages]
    assert len(papers) > 1 and all("Provisional password" in page.extract_text() for page in pages)
    assert oct((tmp_path / "letters").stat().st_mode)[-3:] == "700"


def test_an_import_is_undone(house: House, school: str) -> None:
    assert "is undone" in done(house, "people", "undo-import", school, "--yes")
    again = house.run("people", "undo-import", school, "--yes")
    assert again.returncode == 1 and "K07" in again.stderr


def test_a_csv_is_imported_with_a_guessed_or_a_given_mapping(house: House, tmp_path: Path) -> None:
    done(house, "people", "school", LARGE, "Collège")
    file = tmp_path / "eleves.csv"
    file.write_text(CSV, encoding="utf-8")
    assert "1 new" in done(house, "people", "import-csv", LARGE, file)
    file.write_text(CSV.replace("Né le", "Jour"), encoding="utf-8")
    refused = house.run("people", "import-csv", LARGE, file)
    assert refused.returncode == 1 and "DATE_NAISS" in refused.stderr
    columns = [
        f"--column={pair}"
        for pair in ("Nom=NOM_DE_FAMILLE", "Prénom=PRENOM", "Jour=DATE_NAISS", "Classe=CLASSE")
    ]
    assert "pupil" in done(house, "people", "import-csv", LARGE, file, *columns)


def test_rights_are_lent_listed_and_taken_back(house: House, school: str) -> None:
    username = done(house, "people", "staff", "delegate", "Anne", "Roy", "--school", LARGE).split()[0]
    soon = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    number = re.search(r"\d+", done(house, "rights", "lend", LARGE, username, "--until", soon))
    assert number and username in done(house, "rights", "list", LARGE)
    done(house, "rights", "take-back", LARGE, number[0])
    assert house.run("rights", "take-back", LARGE, number[0]).returncode == 1
    refused = house.run("rights", "lend", LARGE, username, "--until", "2099-01-01")
    assert refused.returncode == 1 and "K04" in refused.stderr


def test_posts_are_listed_and_ended(house: House, school: str) -> None:
    done(house, "people", "staff", "academy_auditor", "Luc", "Roy")
    listed = done(house, "rights", "list")
    post = re.search(r"^(\d+)\s+Luc Roy", listed, re.MULTILINE)
    assert post
    done(house, "rights", "end-post", post[1])
    assert "Luc Roy" not in done(house, "rights", "list")


def test_personal_data_are_exported_held_and_kept_while_the_base_names_them(
    house: House, school: str
) -> None:
    done(house, "people", "letters", LARGE)
    found = done(house, "audit", "search", "--act", "letter.issued", "--most", "1")
    account = re.search(r"account:(\d+)", found)
    assert account
    username = usernames(house)[0]
    data = json.loads(done(house, "accounts", "export", username))
    assert data["account"][0]["username"] == username and "password_hash" not in data["account"][0]
    refused = house.run("accounts", "erase", username, "--reason", "demande du 3 mai", "--yes")
    assert refused.returncode == 1 and "K12" in refused.stderr
    done(house, "accounts", "hold", username, "--days", "30", "--reason", "procédure en cours")
    done(house, "accounts", "hold", username, "--days", "0")


def usernames(house: House) -> list[str]:
    table = done(house, "people", "letters", LARGE, "--again").splitlines()
    return [line.split(";")[5] for line in table[1:]]


def test_the_record_is_verified_exported_and_purged(house: House, school: str) -> None:
    assert "holds" in done(house, "audit", "verify")
    lines = [json.loads(line) for line in done(house, "audit", "export").splitlines()]
    assert any(line["act"] == "people.imported" for line in lines)
    assert "0 records" in done(house, "audit", "purge")


def test_jobs_and_messages_are_listed(house: House, school: str) -> None:
    done(house, "people", "letters", LARGE)
    assert "letters" in done(house, "jobs", "list")
    assert house.run("jobs", "cancel", "1").returncode == 1
    assert "message" in done(house, "jobs", "messages")
    assert house.run("jobs", "send-again", "1").returncode == 1


def test_a_service_that_does_not_answer_is_told_by_its_trial(
    house: House, school: str, tmp_path: Path
) -> None:
    document = tmp_path / "service.json"
    members = {
        "client_name": "X",
        "redirect_uris": ["http://localhost:9/cb"],
        "client_uri": "http://localhost:9",
    }
    document.write_text(json.dumps(members), encoding="utf-8")
    client = json.loads(done(house, "clients", "add", document, "--json"))["client_id"]
    tried = house.run("clients", "try", client)
    assert tried.returncode == 1 and "reach" in tried.stdout
    assert done(house, "clients", "rotate-secret", client)
    done(house, "clients", "end-old-secret", client)
    assert len(done(house, "clients", "initial-token", "Éditeur").strip()) == 43
