"""What the console does, from a terminal: imports undone, letters as PDF, rights, personal data, the record, jobs."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from idp.database.engine import transaction
from idp.demo.school import LARGE, invent
from idp.demo.siecle_files import write_siecle
from idp.messages.storage import destinations
from tests.operations.installation import Installation

CSV = "Nom;Prénom;Né le;Classe;Nom responsable 1;Prénom responsable 1;Mail 1\nDurand;Léa;14/03/2015;6 A;Durand;Claire;c@x.example\n"


@pytest.fixture
def school(installation: Installation, tmp_path: Path) -> str:
    files = write_siecle(invent(pupils=12, pupils_nearby=6).schools[0].export, tmp_path / "siecle")
    output = installation.run("people", "import", *files).stdout
    number = re.search(r"written as import (\d+)", output)
    assert number, output
    return number[1]


def done(installation: Installation, *words: object) -> str:
    run = installation.run(*words)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_letters_leave_as_one_pdf_a_class(installation: Installation, school: str, tmp_path: Path) -> None:
    done(installation, "people", "letters", LARGE, "--pdf", tmp_path / "letters", "--language", "en")
    papers = sorted((tmp_path / "letters").iterdir())
    pages = [page for paper in papers for page in PdfReader(paper).pages]
    assert len(papers) > 1 and all("Provisional password" in page.extract_text() for page in pages)
    assert oct((tmp_path / "letters").stat().st_mode)[-3:] == "700"


def test_letters_have_a_back_and_go_two_a_page(
    installation: Installation, school: str, tmp_path: Path
) -> None:
    folder = tmp_path / "letters"
    done(installation, "people", "letters", LARGE, "--pdf", folder, "--paper", "pair", "--back", "en")
    for paper in folder.iterdir():
        texts = [page.extract_text() for page in PdfReader(paper).pages]
        letters = sum(text.count("Mot de passe provisoire") for text in texts)
        assert letters == sum(text.count("Provisional password") for text in texts)
        assert len(texts) == 2 * -(-letters // 2)
    wrong = installation.run("people", "letters", LARGE, "--pdf", folder, "--back", "de", "--again")
    assert wrong.returncode == 2 and "de is not one of fr, en, " in wrong.stderr


def test_an_import_is_undone(installation: Installation, school: str) -> None:
    assert "is undone" in done(installation, "people", "undo-import", school, "--yes")
    again = installation.run("people", "undo-import", school, "--yes")
    assert again.returncode == 0 and "is undone already" in again.stdout


def test_a_csv_is_imported_with_a_guessed_or_a_given_mapping(
    installation: Installation, tmp_path: Path
) -> None:
    done(installation, "people", "school", LARGE, "Collège")
    file = tmp_path / "eleves.csv"
    file.write_text(CSV, encoding="utf-8")
    assert "1 new" in done(installation, "people", "import-csv", LARGE, file)
    file.write_text(CSV.replace("Né le", "Jour"), encoding="utf-8")
    refused = installation.run("people", "import-csv", LARGE, file)
    assert refused.returncode == 1 and "DATE_NAISS" in refused.stderr
    columns = [
        f"--column={pair}"
        for pair in ("Nom=NOM_DE_FAMILLE", "Prénom=PRENOM", "Jour=DATE_NAISS", "Classe=CLASSE")
    ]
    assert "pupil" in done(installation, "people", "import-csv", LARGE, file, *columns)


def test_rights_are_lent_listed_and_taken_back(installation: Installation, school: str) -> None:
    username = done(installation, "people", "staff", "delegate", "Anne", "Roy", "--school", LARGE).split()[0]
    soon = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    number = re.search(r"\d+", done(installation, "rights", "lend", LARGE, username, "--until", soon))
    assert number and username in done(installation, "rights", "list", LARGE)
    done(installation, "rights", "take-back", LARGE, number[0])
    assert "is over" in done(installation, "rights", "take-back", LARGE, number[0]), "done already"
    assert installation.run("rights", "take-back", LARGE, "999").returncode == 1
    refused = installation.run("rights", "lend", LARGE, username, "--until", "2099-01-01")
    assert refused.returncode == 1 and "K04" in refused.stderr


def test_posts_are_listed_and_ended(installation: Installation, school: str) -> None:
    done(installation, "people", "staff", "academy_auditor", "Luc", "Roy")
    listed = done(installation, "rights", "list")
    post = re.search(r"^(\d+)\s+Luc Roy", listed, re.MULTILINE)
    assert post
    done(installation, "rights", "end-post", post[1])
    assert "Luc Roy" not in done(installation, "rights", "list")


def test_personal_data_are_exported_held_and_kept_while_the_base_names_them(
    installation: Installation, school: str
) -> None:
    done(installation, "people", "letters", LARGE)
    output = done(installation, "audit", "search", "--act", "letter.issued", "--most", "1")
    account = re.search(r"account:(\d+)", output)
    assert account
    username = usernames(installation)[0]
    data = json.loads(done(installation, "accounts", "export", username))
    assert f'"{username}"' in json.dumps(data, ensure_ascii=False) and "password_hash" not in json.dumps(data)
    refused = installation.run("accounts", "erase", username, "--reason", "demande du 3 mai", "--yes")
    assert refused.returncode == 1 and "K12" in refused.stderr
    done(installation, "accounts", "hold", username, "--days", "30", "--reason", "procédure en cours")
    done(installation, "accounts", "hold", username, "--days", "0")


def usernames(installation: Installation) -> list[str]:
    table = done(installation, "people", "letters", LARGE, "--again").splitlines()
    return [line.split(";")[5] for line in table[1:]]


def test_the_record_is_verified_exported_and_purged(installation: Installation, school: str) -> None:
    assert "holds" in done(installation, "audit", "verify")
    lines = [json.loads(line) for line in done(installation, "audit", "export").splitlines()]
    records = [line for line in lines if line["type"] == "record"]
    assert any(line["act"] == "people.imported" and line["seal"] for line in records)
    assert (records[-1]["act"], records[-1]["actor"]) == ("audit.exported", "command"), (
        "an export is on record"
    )
    assert f"The last seal is {lines[-1]['last']['number']}:" in done(
        installation, "audit", "verify", "--all"
    )
    assert "0 seals were marked anew" in done(installation, "audit", "remark")
    assert "0 records" in done(installation, "audit", "purge")


def test_jobs_and_messages_are_listed(installation: Installation, school: str) -> None:
    done(installation, "people", "letters", LARGE)
    assert "letters" in done(installation, "jobs", "list")
    assert installation.run("jobs", "cancel", "1").returncode == 1
    assert "message" in done(installation, "jobs", "messages")
    assert installation.run("jobs", "send-again", "1").returncode == 1


def test_destinations_that_fail_are_listed_and_tried_at_once(installation: Installation) -> None:
    installation.post_mail()
    with installation.inside(), transaction() as tx:
        destinations.fails(tx, "mail", "away", 1_600_000_000, False)
    assert "mail fails since" in installation.run("doctor").stdout
    assert re.search(r"mail .* 1 .* 1 .* away", done(installation, "jobs", "destinations"))
    assert "at once" in done(installation, "jobs", "try-now", "mail")
    assert re.search(r"mail .* now +away", done(installation, "jobs", "destinations"))
    assert installation.run("jobs", "try-now", "sms").returncode == 1


def test_a_trial_reports_a_service_that_does_not_answer(
    installation: Installation, school: str, tmp_path: Path
) -> None:
    document = tmp_path / "service.json"
    members = {
        "client_name": "X",
        "redirect_uris": ["http://localhost:9/cb"],
        "client_uri": "http://localhost:9",
    }
    document.write_text(json.dumps(members), encoding="utf-8")
    client = json.loads(done(installation, "clients", "add", document, "--json"))["client_id"]
    tried = installation.run("clients", "try", client)
    assert tried.returncode == 1 and "reach" in tried.stdout
    assert done(installation, "clients", "rotate-secret", client)
    done(installation, "clients", "end-old-secret", client)
    assert len(done(installation, "clients", "initial-token", "Éditeur").strip()) == 43
