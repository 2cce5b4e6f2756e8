"""Attacks, mistakes and late requests at the console."""

import io
import re
import threading
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from idp.console import record_export, trial_login
from idp.console.pages import blueprint
from idp.console.pages.page import RIGHTS
from idp.console.storage.tables import Delegation
from idp.database.engine import reading
from idp.demo.siecle_files import guardians_xml, pupils_xml
from idp.jobs.storage import jobs
from idp.letters.csv_file import letters_csv
from idp.letters.issue import Letter
from idp.oidc.storage.tables import ClientRow
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School, StaffPost
from tests.actors.console_staff import ACADEMY, worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock
from tests.console.addresses import needs_things_that_are_not_there, paths
from tests.console.conftest import UAI, sends_files
from tests.imports.exports import export, pupil

blueprint.load()

HERE = f"/console/school/{UAI}"
MODELS = (Account, Person, StaffPost, School, Enrolment, Guardianship, Delegation, ClientRow)
HOSTILE: dict[str, str] = {column.name: "1" for model in MODELS for column in model.__table__.columns} | {
    "state": "active",
    "role": "academy_administrator",
    "kind": "staff",
    "username": "evil",
    "password": "evil",
}
IGNORED = {"updated_at", "last_signed_in_at"}


def rows(app: Flask) -> dict[str, list[dict[str, Any]]]:
    with app.app_context():
        return {
            model.__tablename__: [
                {key: value for key, value in row.items() if key not in IGNORED}
                for row in reading()
                .execute(select(model.__table__).order_by(*model.__table__.primary_key))
                .mappings()
            ]
            for model in MODELS
        }


def token_of(visitor: Visitor) -> str:
    match = re.search(r'name="csrf_token" value="([^"]+)"', visitor.opens("/account/devices").html)
    assert match
    return match[1]


@pytest.mark.parametrize("role", ["head", "academy_administrator"])
def test_no_form_writes_a_column_that_it_does_not_show(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], role: str
) -> None:
    """SECURITY.md row 12: every column of the models is sent to every page, with the act that each button names."""
    addresses = paths(app, contextless)
    visitor = at_console(worker_of(contextless, role))
    token, before = token_of(visitor), rows(app)
    for name, path in addresses.items():
        if name == "language":
            continue
        for act in ("", "save", "do", "lend", "decide", "hold", "nothing"):
            answer = visitor.browser.post(path, data={**HOSTILE, "csrf_token": token, "act": act})
            assert answer.status_code < 500, (name, act)
    assert rows(app) == before


@pytest.mark.parametrize("role", ["head", "secretary", "teacher", "academy_support"])
def test_nobody_raises_their_own_rights(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], role: str
) -> None:
    """SECURITY.md row 13."""
    someone = worker_of(contextless, role)
    visitor = at_console(someone)
    token, before = token_of(visitor), rows(app)
    lend = {
        "act": "lend",
        "person": str(someone.person),
        "kind": "pupil",
        "since": "2026-11-01",
        "until": "2027-11-01",
    }
    add = {"act": "add", "first_name": "A", "family_name": "B", "role": "academy_administrator", "uai": ""}
    for path, sent in ((f"{HERE}/delegations", lend), ("/console/academy/administrators", add)):
        answer = visitor.browser.post(path, data={"csrf_token": token, **sent})
        assert answer.status_code in (403, 422)
    after = rows(app)
    assert after["staff_posts"] == before["staff_posts"] and after["delegations"] == []


@pytest.mark.parametrize(
    "value",
    [
        # PostgreSQL refuses all three where SQLite takes them: a text with NUL, a number of more than 64 bits,
        # a negative LIMIT or OFFSET.
        *(pytest.param(value, marks=pytest.mark.both_engines) for value in ("\0", "9" * 30, "-1")),
        *("\0" * 40, "x" * 5000, "é\u202e", "%", "'"),
    ],
)
def test_no_address_has_a_value_that_the_database_cannot_hold(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], value: str
) -> None:
    """Every address of the application: hostile values in each path segment and each known query parameter."""
    visitor = at_console(worker_of(contextless, "academy_administrator"))
    asked = dict.fromkeys(("q", "page", "sort", "state", "name", "class", "kind", "by", "user_code"), value)
    machine = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        places = re.sub(r"<(?:(\w+):)?\w+>", lambda match: "9" * 30 if match[1] else quote(value), rule.rule)
        real = rule.rule.replace("<uai>", UAI)
        for path in {places, re.sub(r"<(?:(\w+):)?\w+>", "1", real)}:
            for browser in (visitor.browser, machine):
                answer = browser.get(path, query_string=asked)
                assert answer.status_code < 500, (path, answer.text)
                if "POST" in (rule.methods or ()) and browser is machine:
                    answer = browser.post(path, data={**asked, "client_id": value, "code": value})
                    assert answer.status_code < 500, (path, answer.text)


def test_the_number_of_an_act_on_many_is_any_text(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    visitor = at_console(worker_of(contextless, "head"))
    for count in ("abc", "", "9" * 5000, "1e3", "\u0661"):
        sent = {"csrf_token": token_of(visitor), "act": "do", "do": "reset", "q": "Durand", "count": count}
        answer = visitor.browser.post(f"{HERE}/people/many", data=sent)
        assert answer.status_code == 409 and "K03" in answer.text, count


@pytest.mark.both_engines
def test_no_day_of_an_export_makes_the_record_unreadable(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    """Moments near the ends of the calendar have no date in some time zones, and the export is on record."""
    visitor = at_console(worker_of(contextless, "academy_administrator"))
    for day in ("0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", "10000-01-01", "x"):
        sent = {"csrf_token": token_of(visitor), "act": "export", "since": day, "until": day}
        assert visitor.browser.post("/console/academy/audit", data=sent).status_code == 200
        assert visitor.browser.get("/console/academy/audit").status_code == 200, day
    with app.app_context():
        "".join(record_export.export(-62_135_597_361, None, "command", contextless.clock()))
    assert visitor.browser.get("/console/academy/audit").status_code == 200


@pytest.mark.parametrize("name", sorted(RIGHTS))
def test_every_form_needs_its_csrf_token(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], name: str
) -> None:
    addresses = paths(app, contextless)
    visitor = at_console(worker_of(contextless, "academy_administrator"))
    answer = visitor.browser.post(addresses[name], data={"act": "write"})
    if name in ("search", "help", "job_files", "recognition"):
        assert answer.status_code == 405, "a page without a form"
    else:
        assert answer.status_code == 400 and "R03" in answer.text


def test_sensitive_acts_ask_for_the_password_again(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], clock: Clock
) -> None:
    """SECURITY.md row 11: with a login that is too old, every page of acts leads to the confirmation and comes back."""
    addresses = paths(app, contextless)
    someone = worker_of(contextless, "academy_administrator")
    visitor = at_console(someone)
    clock.advance(301)
    asked = set()
    for name, path in addresses.items():
        answer = visitor.browser.get(path)
        if "/console/confirm" in answer.headers.get("Location", ""):
            asked.add(name)
    assert asked >= {
        "letters",
        "delegations",
        "renewal",
        "many",
        "person_act",
        "job_file",
        "keys",
        "administrators",
        "new_service",
        "edit_service",
        "service_act",
        "new_joined_service",
        "edit_joined_service",
        "joined_service_act",
        "tokens",
        "person_data",
        "approvals",
    }
    page = visitor.opens(addresses["keys"]).sees("Confirmez que c’est vous")
    page.fills(password="wrong").sees("Confirmez que c’est vous")
    page.fills(password=someone.password).sees("Clés de signature")


@pytest.mark.parametrize(
    "then",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/console/../../evil",
        "/console//evil",
        "/account",
        "",
    ],
)
def test_the_confirmation_leads_to_the_console_and_nowhere_else(
    app: Flask, contextless: World, head: Someone, at_console: Callable[[Someone], Visitor], then: str
) -> None:
    visitor = at_console(head)
    visitor.browser.get("/console/confirm", query_string={"then": then})
    token = token_of(visitor)
    answer = visitor.browser.post(
        "/console/confirm", data={"csrf_token": token, "then": then, "password": head.password}
    )
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/console/") and "evil" not in answer.headers[
        "Location"
    ].replace("/console/../../evil", "")


@pytest.mark.settings(signin={"staff_second_factor": True})
def test_the_console_asks_two_steps_of_its_staff(app: Flask, contextless: World, head: Someone) -> None:
    visitor = Visitor(app).opens("/console/").fills(username=head.username, password=head.password)
    assert visitor.path.endswith("/set_up_factor")
    assert visitor.opens(HERE).path.endswith("/set_up_factor")


@pytest.mark.parametrize("role", ["head", "academy_administrator"])
def test_every_page_is_there_in_english_too(
    app: Flask, contextless: World, at_console: Callable[[Someone], Visitor], role: str
) -> None:
    addresses = paths(app, contextless)
    visitor = at_console(worker_of(contextless, role))
    visitor.browser.post("/language", data={"csrf_token": token_of(visitor), "language": "en", "back": "/"})
    for name, path in addresses.items():
        academys = f"/{UAI}" not in path and RIGHTS[name] is not None
        if needs_things_that_are_not_there(name) or (academys and role not in ACADEMY):
            continue
        assert visitor.opens(path).status == 200, name
        assert 'lang="en"' in visitor.html
        for french in ("établissement<", "Élèves", "Enregistrer", "Établissement"):
            assert french not in visitor.html, (name, french)


def zipped(name: str, content: bytes, times: int = 1) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(times):
            archive.writestr(f"{number}{name}", content)
    return packed.getvalue()


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><BEE_ELEVES>&b;</BEE_ELEVES>'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (BOMB, "DOCTYPE"),
        (zipped("e.xml", b"<BEE_ELEVES>" + b" " * 110_000_000), "dépasse 100 Mo"),
        (zipped("e.xml", b"x", 2), "un fichier XML et rien d’autre"),
        (b'<?xml version="1.0" encoding="UTF-16"?><BEE_ELEVES/>', "encodage"),
        ('<?xml version="1.0" encoding="UTF-8"?><BEE_ELEVES>é</BEE_ELEVES>'.encode("latin-1"), "encodage"),
        (b"not xml at all", "abîmé"),
        (b"", "vide"),
        (b"PK\x03\x04 broken", "abîmé"),
        (b"<BEE_STRUCTURES/>", "BEE_STRUCTURES"),
        (pupils_xml(export(year=2019)), "2019"),
        (pupils_xml(export(uai="0990002P")), "0990002P"),
    ],
    ids=[
        "xml bomb",
        "zip bomb",
        "two in a zip",
        "utf-16",
        "wrong encoding",
        "no xml",
        "empty",
        "broken zip",
        "structures",
        "old year",
        "two schools",
    ],
)
def test_a_bad_file_is_named_and_nothing_is_written(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
    content: bytes,
    sentence: str,
) -> None:
    office = at_console(head)
    guardians = guardians_xml(export())
    sends_files(office, f"{HERE}/imports", (io.BytesIO(content), "bad.xml"), (io.BytesIO(guardians), "r.xml"))
    work()
    office.opens(office.path).sees("Rien n’a été écrit", sentence)
    with app.app_context():
        assert reading().execute(select(func.count()).select_from(Person)).scalar_one() == 1


def test_last_years_export_as_a_pair_is_refused(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
) -> None:
    office, old = at_console(head), export(year=2024)
    sends_files(
        office,
        f"{HERE}/imports",
        (io.BytesIO(pupils_xml(old)), "e.xml"),
        (io.BytesIO(guardians_xml(old)), "r.xml"),
    )
    work()
    office.opens(office.path).sees("Cet export est de l’année 2024 ; nous sommes en 2026")


@pytest.mark.parametrize(
    ("names", "texts"),
    [
        ((), ("K20", "Aucun fichier n’a été choisi")),
        (("0.xml",), ("K23", "0.xml n’est pas reconnu")),
        (("0.xml", "1.xml", "2.xml"), ("K22", "Vous avez donné 3 fichiers")),
        (("0.xml", "1.csv"), ("K22", "un seul tableau CSV")),
    ],
)
def test_a_wrong_set_of_files_is_refused_at_once(
    app: Flask,
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
    names: tuple[str, ...],
    texts: tuple[str, ...],
) -> None:
    files = [(io.BytesIO(b"<x/>"), name) for name in names]
    sends_files(at_console(head), f"{HERE}/imports", *files).sees(*texts)


def test_a_gigabyte_is_refused_before_it_is_read(app: Flask, contextless: World, head: Someone) -> None:
    """The length that a request announces is enough: not a byte of the body is asked for."""
    # A browser that has sent a form has the number by which it is shown answers.
    visitor = Visitor(app).opens("/account").fills(profile="personnel")
    visitor.fills(username=head.username, password=head.password)

    class Endless(io.RawIOBase):
        def readinto(self, buffer: Any) -> int:
            raise AssertionError("the body was read")

        def readable(self) -> bool:
            return True

    cookies = "; ".join(
        f"{name}={visitor.browser.get_cookie(name).value}" for name in ("idp_session", "idp_browser")
    )
    environ = EnvironBuilder(f"{HERE}/imports", method="POST", headers={"Cookie": cookies}).get_environ()
    environ |= {
        "CONTENT_LENGTH": "1000000000",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "wsgi.input": Endless(),
    }
    _, status, headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert status.startswith("303"), "the answer is shown at an address of its own"
    shown = visitor.browser.get(headers["Location"])
    assert shown.status_code == 413 and "G03" in shown.text


def test_only_staff_may_send_more_than_others(
    app: Flask, contextless: World, head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    large = pupils_xml(export(tuple(pupil(str(n), ine=None, first_name=f"A{n}") for n in range(1, 600))))
    # Above the limit of other forms, below the size that the test client writes to a file.
    assert 256 * 1024 < len(large) < 450 * 1024
    files = (io.BytesIO(large), "e.xml"), (io.BytesIO(guardians_xml(export())), "r.xml")
    assert sends_files(at_console(head), f"{HERE}/imports", *files).status == 200
    guardian = at_console(contextless.guardian())
    answer = guardian.browser.post(f"{HERE}/imports", data={"files": (io.BytesIO(large), "e.xml")})
    assert answer.status_code == 413


def test_cells_that_would_be_formulas_are_text(world: World) -> None:
    letter = Letter(1, "guardian", "=cmd|' /C calc'!A0", '@SUM(1+1)"', "-evil", "+secret", "+M", "=6A")
    text = letters_csv([letter]).decode("utf-8-sig")
    for cell in text.splitlines()[1].split(";"):
        assert not cell.lstrip('"').startswith(("=", "+", "-", "@")), cell


@pytest.mark.both_engines
def test_a_trial_requests_only_registered_addresses(
    app: Flask, contextless: World, work: Callable[[], None]
) -> None:
    """SECURITY.md row 14: a local listener must see nothing."""
    seen: list[str] = []

    class Inner(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    inner = HTTPServer(("127.0.0.1", 0), Inner)

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{inner.server_port}/latest/meta-data")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    service = HTTPServer(("127.0.0.1", 0), Service)
    for server in (inner, service):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://localhost:{service.server_port}"
        with app.app_context():
            made = contextless.relying_party(
                redirect_uris=[f"{address}/cb"],
                post_logout_redirect_uris=[],
                initiate_login_uri=f"{address}/login",
            )
            job = trial_login.ask(made.client_id, "account:1", contextless.clock())
        work()
        with app.app_context():
            row = jobs.find(reading(), job)
        assert row is not None and row["state"] == "done" and row["report"]["ok"] is False
        assert row["report"]["steps"][-1][0] == "redirect" and seen == []
    finally:
        for server in (inner, service):
            server.shutdown()
            server.server_close()
