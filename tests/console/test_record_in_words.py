"""The record names people, schools and services, in a page of any size with the same number of statements."""

import ast
import csv
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from idp.audit import trail
from idp.console.rules import mentions, record_words
from idp.console.rules.account_words import JOB_STATES, KINDS, STATES
from idp.console.storage import approvals, erasure, names
from idp.database.engine import reading, transaction
from idp.jobs import queue
from idp.oidc.clients import initial_tokens
from idp.people.rules.accounts import State
from idp.people.storage.tables import Account
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.recorded import statements
from tests.words.reading import ROOT

AUDIT = "/console/academy/audit"


@pytest.fixture
def auditor(contextless: World, at_console: Callable[[Someone], Visitor]) -> Visitor:
    return at_console(worker_of(contextless, "academy_administrator"))


def cells(html: str) -> list[str]:
    """The rows of the table, without what is one click away."""
    body = re.search(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    assert body
    shown = re.sub(r"<details.*?</details>", "", body[1], flags=re.DOTALL)
    return [re.sub(r"<[^>]+>", " ", row) for row in re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL)]


def _recorded() -> list[ast.Call]:
    return [
        node
        for path in (ROOT / "idp").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "trail.record"
    ]


def test_every_actor_and_subject_that_the_code_records_has_its_word() -> None:
    sorts = set()
    for call in _recorded():
        for party in call.args[3:5]:
            if isinstance(party, ast.Constant):
                sorts.add(str(party.value))
            elif isinstance(party, ast.JoinedStr) and isinstance(party.values[0], ast.Constant):
                sorts.add(str(party.values[0].value).partition(":")[0])
    assert {"account", "import", "worker", "audit", "delegation"} <= sorts
    assert sorts <= set(record_words.PARTIES)
    assert set(record_words.NAMED_PARTIES) == set(record_words.GONE) == mentions.NAMED
    assert set(names.BY_NUMBER) | {"client", "school", "import"} == mentions.NAMED


def test_every_code_that_stands_in_a_detail_has_its_word() -> None:
    codes = {
        str(word.value.value)
        for call in _recorded()
        for word in call.keywords
        if word.arg not in (None, "address")
        and isinstance(word.value, ast.Constant)
        and word.value.value is not True
    }
    assert {"passkey", "sms", "retention"} <= codes
    assert codes <= set(record_words.VALUES)


def test_every_state_has_its_word() -> None:
    assert set(STATES) == set(State)
    assert set(KINDS) == {"pupil", "guardian", "staff"}
    assert {"waiting", "running", "done", "failed", "cancelled"} == set(JOB_STATES)


@pytest.mark.both_engines
def test_a_record_shows_names_and_keeps_its_codes_one_click_away(
    app: Flask, contextless: World, auditor: Visitor
) -> None:
    world, head = contextless, contextless.staff("Hélène", "Vasseur", "head")
    guardian, child = world.guardian("Marc", "Petit"), world.pupil("Tom", "Petit")
    with app.app_context():
        world.family(guardian, child)
        service, school = world.relying_party(client_name="Cantine"), world.school()
        with transaction() as tx:
            trail.record(
                tx,
                NOON,
                "guardianship.detached",
                f"account:{head.account}",
                f"account:{guardian.account}",
                link=1,
                reason="Jugement",
            )
            trail.record(tx, NOON, "account.unlock", "command", f"account:{guardian.account}")
            trail.record(
                tx,
                NOON,
                "rights.lent",
                f"account:{head.account}",
                f"person:{head.person}",
                school=school,
                kinds="guardian pupil",
                until=NOON,
            )
            trail.record(
                tx,
                NOON,
                "client.suspended",
                f"account:{head.account}+{guardian.account}",
                f"client:{service.client_id}",
            )
            trail.record(
                tx,
                NOON,
                "account.joined",
                f"account:{guardian.account}",
                f"account:{guardian.account}",
                joined=child.account,
            )
            trail.record(
                tx, NOON, "saml.metadata_refused", "worker", "client:gone", reason="the address answered 503"
            )
    html = auditor.opens(AUDIT).html
    shown = " | ".join(cells(html))
    for text in (
        "Hélène Vasseur", "Marc Petit", "Tom Petit", "Cantine", "Marc Petit – Tom Petit", "Collège des Tilleuls",
        "Hélène Vasseur et Marc Petit", "Ligne de commande".lower(), "Responsable, Élève", "l’adresse a répondu 503", "service retiré",
        "le service lui-même", "Deux comptes réunis",
    ):  # fmt: skip
        assert text.lower() in shown.lower(), text
    assert not re.search(r"account:|person:|client:|n° \d+|guardianship\.|NOON|\b\d{10}\b", shown), shown
    assert f"<code>account:{guardian.account}</code>" in html and "<code>guardianship.detached</code>" in html


@pytest.mark.both_engines
def test_jobs_requests_and_registration_tokens_are_named(world: World) -> None:
    initial_tokens.make("Éditeur Tilleul", 7, 1, "command", NOON)
    with transaction() as tx:
        job = queue.ask(tx, "statistics", {}, "command", NOON)
        request = approvals.ask(
            tx,
            {
                "act": "keys.rotate",
                "payload": "{}",
                "summary": "",
                "asked_by": "command",
                "asked_at": NOON,
                "state": "asked",
            },
        )
    asked = {"job": job, "approval": request, "initial_token": 1}
    named = {sort: names.BY_NUMBER[sort](reading(), [number, 999]) for sort, number in asked.items()}
    assert named == {
        "job": {str(job): "statistics"},
        "approval": {str(request): "keys.rotate"},
        "initial_token": {"1": "Éditeur Tilleul"},
    }


def test_an_erased_person_is_an_erased_account(app: Flask, contextless: World, auditor: Visitor) -> None:
    gone = contextless.pupil("Zoé", "Roux")
    with app.app_context(), transaction() as tx:
        trail.record(tx, NOON, "account.unlock", "command", f"account:{gone.account}")
        tx.execute(update(Account).where(Account.id == gone.account).values(present=False))
        erasure.erase(tx, gone.person, gone.account, NOON)
    shown = cells(auditor.opens(f"{AUDIT}?subject=account:{gone.account}").html)
    assert "compte effacé" in shown[0] and "Zoé" not in shown[0] and "n°" not in shown[0]


def test_names_are_looked_up_once_for_a_page_whatever_its_rows(
    app: Flask, contextless: World, auditor: Visitor
) -> None:
    if app.extensions["settings"].database.url.startswith("postgresql"):
        pytest.skip("SQLite's driver tells what it is asked")
    people = [contextless.guardian("Anne", "Roux") for _ in range(40)]

    def opened(number: int) -> list[str]:
        with app.app_context(), transaction() as tx:
            for someone in people[:number]:
                trail.record(
                    tx, NOON, "account.unlock", f"account:{people[0].account}", f"account:{someone.account}"
                )
        with statements(app) as sent:
            auditor.opens(f"{AUDIT}?what=account.unlock")
        return sent

    auditor.opens(AUDIT)
    few = len(opened(1))
    assert len(opened(40)) == few
    assert len(cells(auditor.html)) == 41


def test_the_trail_is_searched_by_name_and_sorted_from_either_end(
    app: Flask, contextless: World, auditor: Visitor
) -> None:
    anne, marc = contextless.guardian("Anne", "Roux"), contextless.guardian("Marc", "Petit")
    with app.app_context(), transaction() as tx:
        for number, someone in enumerate((anne, marc, anne)):
            trail.record(tx, NOON + number * 3600, "account.unlock", "command", f"account:{someone.account}")
    for typed in ("Anne Roux", "roux anne", anne.username, f"account:{anne.account}"):
        rows = cells(auditor.opens(f"{AUDIT}?what=account.unlock&subject={typed.replace(' ', '+')}").html)
        assert len(rows) == 2 and all("Anne Roux" in row for row in rows), typed
    newest, oldest = (
        cells(auditor.opens(f"{AUDIT}?what=account.unlock&sort={sort}").html) for sort in ("", "at")
    )
    assert newest == oldest[::-1] and "Marc" in newest[1]
    assert len(cells(auditor.opens(f"{AUDIT}?actor=ligne+de+commande").html)) == 3


def test_columns_are_chosen_in_the_address_and_go_with_every_link(
    app: Flask, contextless: World, auditor: Visitor
) -> None:
    with app.app_context(), transaction() as tx:
        for _ in range(60):
            trail.record(tx, NOON, "account.unlock", "command", "account:1")
    html = auditor.opens(f"{AUDIT}?what=account.unlock&col=act&col=number").html
    assert re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', html) == ["Opération", "N°"]
    links = [
        link for link in re.findall(r'href="\?([^"]+)"', html) if "before=" in link or "format=csv" in link
    ]
    assert links and all(
        "col=act" in link and "col=number" in link and "what=account.unlock" in link for link in links
    )
    assert "N°" not in re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', auditor.opens(AUDIT).html)


def test_the_record_as_a_table_holds_what_is_seen_and_defuses_formulas(
    app: Flask, contextless: World, auditor: Visitor
) -> None:
    evil = contextless.guardian("=HYPERLINK(1)", "+Roux")
    with app.app_context(), transaction() as tx:
        for _ in range(70):
            trail.record(tx, NOON, "account.unlock", f"account:{evil.account}", f"account:{evil.account}")
        trail.record(tx, NOON, "account.lock", "command", "account:1")
    text = auditor.opens(f"{AUDIT}?what=account.unlock&format=csv").page.data.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert lines[0][:3] == ["Opération", "Quand", "Par"] and len(lines) == 71
    assert {line[2] for line in lines[1:]} == {"'=HYPERLINK(1) +Roux"}
    assert auditor.opens(f"{AUDIT}?what=list.exported").sees("Liste exportée", "le journal")


@pytest.mark.settings(console={"four_eyes": ["export"]})
def test_the_record_as_a_table_wants_two_people_where_its_export_does(auditor: Visitor) -> None:
    auditor.opens(f"{AUDIT}?format=csv").sees("Exporter des données", "Attend une autre")
