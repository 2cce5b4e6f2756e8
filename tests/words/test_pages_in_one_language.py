"""Every page in each language: no word of the other language, and no code. The pages are collected from the URL map and links."""

import ast
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request_finished, template_rendered
from sqlalchemy import insert, update
from werkzeug.exceptions import HTTPException

from idp.audit import trail
from idp.console.rules import (
    client_fields,
    record_words,
    registration_words,
    service_fields,
    service_words,
    work_words,
)
from idp.console.storage import approvals
from idp.console.words import registration_fault
from idp.database.engine import transaction
from idp.demo.siecle_files import guardians_xml, pupils_xml
from idp.factors.changes import ALL
from idp.factors.rules.totp import code_at, step_at
from idp.imports import lifecycle
from idp.jobs.storage.tables import JobRow
from idp.messages import mail, notices
from idp.messages.storage import outbox
from idp.messages.storage.outbox import OutboxMessage
from idp.oidc.clients import initial_tokens
from idp.oidc.clients.rules.client_metadata import SIGNING_ALGS
from idp.refusals import CATALOGUE, Refusal
from idp.services.rules.registration_reader import Fault
from idp.web import errors
from idp.web.languages import in_language
from idp.worker import deliveries, long_work
from tests.actors import cas_service, saml_service
from tests.actors.console_staff import worker_of
from tests.actors.enrolment import enrol
from tests.actors.relying_party import RelyingParty
from tests.actors.services import PUBLISHER
from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import Someone, World, waiting_messages
from tests.applications import NOON, Clock, Loan, settings_for
from tests.console.conftest import UAI, sends_files
from tests.databases import lent
from tests.imports.exports import export, link, person, pupil
from tests.pages import links_of
from tests.words.reading import ROOT, faults

LANGUAGES = ("fr", "en")
ROLES = ("anonymous", "guardian", "pupil", "head", "academy_administrator")
DATA = frozenset(
    [
        "Zephyr",
        "Zyrconia",
        "Zorblin",
        "Zilda",
        "Zelmo",
        "Zubin",
        "Zanthe",
        "Zarko",
        "Zebulon",
        "Zottel",
        "Zwölf",
        "Durand",
        "Claire",
        "Léa",
        "Marc",
        "Tom",
        "Kvothe",
        "English",
        "Français",
        "Mozilla",
        "Werkzeug",
        "Collège",
        "Exemple",
    ]
) | {"6 A", "4 B", "zephyr office", "zephyr bureau", "Test browser", "e.xml", "r.xml"}
"""What the world of this test is called. Everything else on a page is ours, and is in the page's language."""
PASSWORD = "Poires-Vertes-1848"
MOST = 12
"""Pages of one route that are opened: the rest differs by data alone."""


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(language: str, clock: Clock) -> Iterator[Flask]:
    service = {
        "name": "Zephyr",
        "school_office": {"fr": "zephyr bureau", "en": "zephyr office"},
        "languages": sorted(LANGUAGES, key=lambda code: code != language),
    }
    with lent("sqlite") as url:
        four_eyes = {"four_eyes": ["merge", "export", "keys"]}
        loan = Loan(settings_for(url, service=service, sms=SMS, console=four_eyes), clock)
        yield loan.app
        loan.end()


@cache
def calls_in(folder: Path) -> list[ast.Call]:
    """Every call in the code of a folder."""
    return [
        node
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]


@cache
def recorded_acts() -> dict[str, set[str]]:
    """Act of the record → names of its details, from every call of `audit.record` in the code."""
    details_of: dict[str, set[str]] = {}
    for node in calls_in(ROOT / "idp"):
        if not (isinstance(node.func, ast.Attribute) and len(node.args) > 4):
            continue
        if node.func.attr != "record" or not isinstance(node.func.value, ast.Name):
            continue
        details = {word.arg for word in node.keywords if word.arg and word.arg != "address"}
        for act in _texts(node.args[2]):
            details_of.setdefault(act, set()).update(details)
    return details_of


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        first = node.values[0]
        assert isinstance(first, ast.Constant)
        return {
            "client.": ["client.active", "client.suspended"],
            "approval.": ["approval.agreed", "approval.refused"],
        }[str(first.value)]
    return ["consent.give", "consent.refuse"] if ast.unparse(node) == "act" else []


SAMPLES: dict[str, Any] = {
    "first_day": "2026-12-01",
    "last_day": "2026-12-05",
    "text": "Zottel",
    "accounts": 3,
    "alg": "ES256",
    "by": "recovery_code",
    "client": "zclient",
    "counts": {"pupil": {"new": 3, "set_aside": 1}},
    "device": "Zephyr, Zubin",
    "factor": "application d’authentification",
    "files": 2,
    "grant": "zgrant",
    "into": "z.zorblin",
    "issuer": "https://z.example",
    "joined": "z.zorblin",
    "joined_to": 3,
    "kind": "import.write",
    "kinds": ["pupil", "guardian"],
    "label": "Zottel",
    "last": 12,
    "link": 3,
    "list": "people",
    "lost_keys": ["0a1b2c3d"],
    "name": "Zottel",
    "of": "keys.rotate",
    "ok": False,
    "others": True,
    "overlap": 600,
    "person": None,
    "provider": "zprovider",
    "reason": "retention",
    "record": "12",
    "records": 4,
    "retires_at": NOON,
    "role": "academy_support",
    "rows": 7,
    "school": UAI,
    "scope": "openid profile",
    "seals": 4,
    "sid": "zsid",
    "since": NOON,
    "until": NOON,
}
SUBJECTS = [
    "account:1",
    "approval:1",
    "audit",
    "client:zclient",
    "delegation:1",
    "import:1",
    "initial_token:1",
    "job:1",
    "key:zkid",
    "message:1",
    "person:1",
    "post:1",
    f"school:{UAI}",
]
FAILURES = (
    "address_refused: 550 5.1.1 no such user here", "no_gateway", "answered: 503",
    "no_answer: ConnectTimeout", "too_slow", "answered: 404", "no_smtputf8",
    "ConnectionRefusedError: [Errno 111] Connection refused", "SMTPServerDisconnected: Connection unexpectedly closed",
    "gaierror: [Errno -2] Name or service not known", "SSLCertVerificationError: certificate verify failed", "KeyError: 'template'",
)  # fmt: skip
STEPS = [[step, "wrong", "https://z.example/cb 500"] for step in work_words.STEPS] + [
    ["page", "ok", "/z 200"]
]
REPORTS = {
    "letters": {"written": 1, "passed_over": 1},
    "people.bulk": {"done": 0, "passed_over": 2},
    "import.check": {"import": 1},
    "import.write": {"import": 1},
    "service.login": {"steps": STEPS, "ok": False, "client": "zclient"},
}


def fill(world: World) -> dict[str, Someone]:
    """A row of every kind."""
    school = world.school(UAI, "Zyrconia")
    people = {
        "guardian": world.guardian(
            "Zilda", "Zorblin", contact_mail="z@famille.example", mobile="+33612345678"
        ),
        "pupil": world.pupil("Zelmo", "Zorblin"),
        "head": world.staff("Zubin", "Zorblin", "head"),
        "academy_administrator": worker_of(world, "academy_administrator"),
    }
    small = world.pupil("Zanthe", "Zorblin", class_code="4 B", birth_date="2016-05-01")
    world.family(people["guardian"], people["pupil"], small)
    for state in ("created", "notified", "locked", "expired", "closed", "confirming"):
        world.family(world.guardian("Zarko", "Zorblin", state=state), world.pupil("Zebulon", "Zorblin"))
    world.relying_party(client_name="Zottel", client_uri="https://z.example")
    world.relying_party(client_name="Kvothe", first_party=False)
    cas_service.registered(world, name="Zottel")
    saml_service.registered(world, name="Zottel")
    initial_tokens.make("Zottel", 7, 1, "account:1", NOON)
    _import(world, school)
    with transaction() as tx:
        for number, (act, details) in enumerate(sorted(recorded_acts().items())):
            actor = ("command", "worker", "demo", "account:1", "account:1+2")[number % 5]
            trail.record(
                tx,
                NOON,
                act,
                actor,
                SUBJECTS[number % len(SUBJECTS)],
                **{name: SAMPLES[name] for name in details},
            )
        for number, kind in enumerate([*deliveries.DELIVERERS, *deliveries.ACTS] * 3):
            outbox.post(tx, kind, {"to": "zilda@example.org", "template": "notice", "facts": {}}, NOON)
            row = update(OutboxMessage).values(
                given_up_at=NOON, attempts=12, last_error=FAILURES[number % len(FAILURES)]
            )
            tx.execute(row.where(OutboxMessage.last_error.is_(None)))
        for kind in long_work.RUNNERS:
            for state, error in (
                ("done", None),
                ("failed", "ValueError: the zephyr is gone"),
                ("running", None),
                ("cancelled", None),
                ("waiting", None),
            ):
                common = {
                    "kind": kind,
                    "school_id": school,
                    "payload": "{}",
                    "position": "{}",
                    "asked_by": "account:1",
                    "asked_at": NOON,
                    "lease_until": NOON + 900,
                }
                tx.execute(
                    insert(JobRow).values(
                        **common, state=state, error=error, done=0, total=2, report=json.dumps(REPORTS[kind])
                    )
                )
        for act in ("merge", "keys.rotate", "keys.revoke", "export"):
            for state in ("asked", "agreed", "refused"):
                approvals.ask(
                    tx,
                    {
                        "act": act,
                        "payload": "{}",
                        "summary": {"export": "audit", "keys.rotate": "rotate"}.get(act, "z.zorblin"),
                        "asked_by": "account:1",
                        "asked_at": NOON,
                        "state": state,
                    },
                )
    return people


def _import(world: World, school: int) -> None:
    exported = export(
        (pupil("1"), pupil("2", first_name="Tom", class_code="4 B")),
        (person(), person("12", first_name="Marc")),
        (link("1"), link("2")),
    )
    files = [("e.xml", io.BytesIO(pupils_xml(exported))), ("r.xml", io.BytesIO(guardians_xml(exported)))]
    lifecycle.submit(school, files, "siecle", "account:1", NOON)
    table = b"Zu;Zv;Zw\nZorblin;Zelmo;01/02/2015\n"
    lifecycle.submit(school, [("e.csv", io.BytesIO(table))], "csv", "account:1", NOON)
    from idp.jobs import queue

    while queue.run_next(long_work.RUNNERS, world.app.extensions["clock"], lambda: False):
        pass


class Crawler:
    """Opens what the URL map and the links of each page lead to."""

    def __init__(self, app: Flask, visitor: Visitor) -> None:
        self.app, self.visitor = app, visitor
        self.seen: set[str] = set()
        self.routes: Counter[str] = Counter()
        self.pages: dict[str, str] = {}

    def crawl(self, start: list[str]) -> dict[str, str]:
        """Address → page."""
        waiting = list(start)
        while waiting:
            path = waiting.pop(0)
            if path in self.seen or not self._wanted(path):
                continue
            self.seen.add(path)
            answer = self.visitor.opens(path).page
            assert answer is not None
            if answer.mimetype != "text/html" or answer.status_code in (302, 303):
                continue
            self.pages[path] = answer.text
            waiting += [self._absolute(path, to) for to in links_of(answer.text).values()]
        return self.pages

    def _absolute(self, path: str, to: str) -> str:
        to = to.partition("#")[0]
        return path.partition("?")[0] + to if to.startswith("?") else to

    def _wanted(self, path: str) -> bool:
        if not path.startswith("/") or path.startswith("//"):
            return False
        try:
            route, _ = self.app.url_map.bind("localhost").match(path.partition("?")[0])
        except HTTPException:
            return False
        # A logout would end the crawl; frames without content and downloads are no pages.
        if str(route) in (
            "static",
            "design",
            "oidc.end_session",
            "cas.logout",
            "oidc.check_session",
            "console.job_file",
        ):
            return False
        self.routes[str(route)] += 1
        return self.routes[str(route)] <= MOST


def addresses(app: Flask) -> list[str]:
    """Every route that answers GET, over what the world holds."""
    values: dict[str, list[Any]] = {
        "uai": [UAI], "account": list(range(1, 8)), "client_id": [], "service_id": [], "number": list(range(1, 26)), "import_number": [1, 2],
        "pending_id": ["zzz"], "token": ["zzz"], "name": ["zzz"], "profile": ["eleve"], "file": [1], "one_id": ["zzz"],
        "protocol": ["cas", "saml"],
    }  # fmt: skip
    addresses_built = []
    for rule in app.url_map.iter_rules():
        # Pages of a development show names of icons, and mails in both languages.
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static" or rule.rule.startswith("/design"):
            continue
        for each in range(25):
            chosen = {name: values.get(name, ["zzz"]) for name in rule.arguments}
            if any(not known for known in chosen.values()) or (
                each and all(each >= len(known) for known in chosen.values())
            ):
                break
            built = rule.build({name: known[min(each, len(known) - 1)] for name, known in chosen.items()})
            if built:
                addresses_built.append(built[1])
    return addresses_built


def visit(app: Flask, role: str, language: str, people: dict[str, Someone]) -> Visitor:
    profiles = {"guardian": "responsable", "pupil": "eleve"}
    visitor = Visitor(app)
    if role == "anonymous":
        return visitor
    someone = people[role]
    visitor.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    visitor.opens("/account").fills(profile=profiles.get(role, "personnel"))
    visitor.fills(username=someone.username, password=someone.password)
    assert visitor.path == "/account", visitor.html
    return visitor


def test_no_page_has_a_word_of_the_other_language_or_a_code(app: Flask, clock: Clock, language: str) -> None:
    with app.app_context():
        people = fill(World(app, clock))
        usernames = frozenset(fault.username for fault in people.values())
    wrong: set[tuple[str, str, str, str]] = set()
    opened = 0
    rendered: set[str] = set()

    def note(_: Flask, template: Any, **__: object) -> None:
        rendered.add(str(template.name))

    with template_rendered.connected_to(note, app):
        for role in ROLES:
            visitor = visit(app, role, language, people)
            acts = [
                f"/console/school/{UAI}/people/{account}/act?do={do}"
                for account in range(1, 6)
                for do in ("print", "reset", "unlock", "disconnect", "mail", "merge", "close", "factors")
            ]
            many = [
                f"/console/school/{UAI}/people/many?do={do}&q=zorblin" for do in ("unlock", "reset", "close")
            ]
            pages = Crawler(app, visitor).crawl([*addresses(app), *acts, *many])
            opened += len(pages)
            for path, html in pages.items():
                assert f'<html lang="{language}">' in html or "check_session" in path, path
                route = re.sub(r"\d+", "N", path.partition("?")[0])
                wrong |= {
                    (route, word, kind_of_fault, text[:150])
                    for text, word, kind_of_fault in faults(html, language, DATA | usernames)
                }
    assert opened > 200
    assert not wrong, "\n".join(" | ".join(fault) for fault in sorted(wrong))
    endpoints = {
        f"{folder}/{path.name}"
        for folder in ("account", "console", "pages")
        for path in (ROOT / "idp/templates" / folder).glob("*.html")
        if f"{folder}/{path.name}" not in PARTS
    }
    assert endpoints - rendered == BEHIND_FORMS | NOT_HERE


BEHIND_FORMS = {
    "account/mobile_code.html",
    "console/person_password.html",
    "console/service_secret.html",
}
"""Templates of the console and of Mon compte that no link leads to: the ways behind forms render them."""
NOT_HERE = {"console/home.html", "console/provider.html", "console/settle.html"}
"""Shown to who works at several schools; where another provider is configured; a doubt of an import."""
PARTS = frozenset(
    name
    for path in (ROOT / "idp/templates").rglob("*.html")
    for name in re.findall(r'(?:include|from|import|extends) "([^"]+)"', path.read_text(encoding="utf-8"))
) | {"console/import_words.html"}
"""What other templates include, import or extend."""


def answers(app: Flask) -> list[str]:
    """Every HTML page that the application answers with from now on."""
    texts: list[str] = []

    def note(_: Flask, response: Any, **__: object) -> None:
        if response.mimetype == "text/html" and response.status_code not in (302, 303):
            texts.append(response.get_data(as_text=True))

    request_finished.connect(note, app, weak=False)
    return texts


def visit_pages_behind_forms(app: Flask, world: World, language: str) -> None:
    """Pages behind forms: a first login, self-activation, recoveries, two steps, consent, acts of the office."""

    def somebody() -> Visitor:
        visitor = Visitor(app)
        visitor.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        return visitor

    def signs_in(someone: Someone, profile: str, password: str = "") -> Visitor:
        visitor = somebody().opens("/account").fills(profile=profile)
        return visitor.fills(username=someone.username, password=password or someone.password)

    with app.app_context():
        new = world.guardian("Zilda", "Zubin", state="notified", mobile="+33611111111")
        child = world.pupil("Zelmo", "Zubin", birth_date="2014-05-06")
        world.family(new, child, world.pupil("Zottel", "Zubin", birth_date="2012-05-06"))
        silent = world.guardian("Zarko", "Zwei", state="created", mobile="+33622222222")
        also = world.guardian("Zanthe", "Zwei", state="created", mobile="+33622222222")
        world.family(silent, child)
        world.family(also, child)
        open_ = world.guardian("Zebulon", "Zwei", mobile="+33633333333", mobile_verified_at=NOON)
        world.family(open_, child)
        staff = world.staff("Zubin", "Zwei", "head")
        secret, _ = enrol(world, staff)
        admin = worker_of(world, "academy_administrator")
        publisher = RelyingParty(
            app, world.relying_party(**PUBLISHER | {"client_name": "Zottel"}), app.test_client()
        )
    first = signs_in(new, "responsable")
    first.fills(password="x", again="y").fills(password="short", again="short")
    first.fills(password=PASSWORD, again=PASSWORD).fills(mail="z", day="99", month="1", year="1")
    first.fills(mail="zilda@zubin.example", day="6", month="5", year="2014").fills(code="000000")
    link_ = messages(app, "mail")[-1]["facts"]["link"].removeprefix("http://localhost")
    somebody().opens(link_).fills()
    somebody().opens(link_)
    for typed, code in (("06 22 22 22 22", True), ("06 33 33 33 33", True), ("12", False)):
        way = somebody().opens("/activation").fills(contact=typed)
        if code:
            way.fills(code="000000").fills("act=resend").fills(
                code=str(messages(app, "sms")[-1]["facts"]["code"])
            )
        if "family_name" in way.html:
            way.fills(family_name="Zzz", first_name="Zzz").fills(family_name="Zwei", first_name="Zarko")
            way.fills()
    lost = somebody().opens("/recovery/password").fills(username=open_.username, method="sms")
    lost.fills(code=str(messages(app, "sms")[-1]["facts"]["code"])).fills(password="x", again="x")
    somebody().opens("/recovery/password").fills(username=open_.username)
    somebody().opens("/recovery/username").fills(contact="zebulon@example.org")
    somebody().opens("/recovery/username").fills(contact="z")
    messages(app, "mail")
    second = signs_in(staff, "personnel").fills(code="000000")
    second.fills(code=code_at(secret, step_at(NOON) + 1))
    family = signs_in(open_, "responsable")
    family.opens("/account/mail").fills("act=change", mail="z").fills("act=change", mail="zz@zubin.example")
    family.opens("/account/mobile").fills(contact="1").opens("/account/mobile").fills(
        contact="06 44 44 44 44"
    )
    family.opens("/account/password").fills(password="x", again="y")
    family.opens("/account/children").fills("act=reset", child=str(child.person))
    family.opens("/account/children/join").fills(username="z", password="z")
    family.opens(publisher.authorize().headers["Location"])
    asked = RelyingParty(app, publisher.registered, family.browser)
    family.opens(asked.authorize(scope="openid profile").headers["Location"])
    pupil_ = signs_in(child, "eleve")
    pupil_.opens(
        RelyingParty(app, publisher.registered, pupil_.browser).authorize(scope="openid").headers["Location"]
    )
    pupil_.opens("/console/")
    pupil_.opens("/logout")
    office = second.opens(f"/console/school/{UAI}/people/{new.account}/act?do=merge")
    for username in ("zzz", new.username, child.username, silent.username):
        office.opens(f"/console/school/{UAI}/people/{new.account}/act?do=merge&with={username}")
    office.opens(f"/console/school/{UAI}/people/{open_.account}/act?do=reset").fills("act=reset")
    office.opens(f"/console/school/{UAI}/people/{open_.account}/act?do=mail").fills("act=mail", mail="z")
    office.opens(f"/console/school/{UAI}/people/{open_.account}/act?do=close").fills("act=close")
    office.opens(f"/console/school/{UAI}/letters").fills("act=print")
    office.opens(f"/console/school/{UAI}/renewal").fills("act=ask")
    office.opens(f"/console/school/{UAI}/delegations").fills("act=lend")
    sends_files(office, f"/console/school/{UAI}/imports", (io.BytesIO(b"<x/>"), "e.xml"))
    academy = signs_in(admin, "personnel")
    academy.opens("/console/academy/services/new").fills(
        "act=register",
        redirect_uris="http://z\nhttps://z/#x",
        scope="z",
        accepted_schools="z",
        season_from="z",
    )
    academy.fills(
        "act=register",
        client_name="Zottel",
        redirect_uris="https://z.example/cb",
        scope="openid",
        accepted_schools="",
        season_from="",
    )
    academy.opens("/console/academy/tokens").fills("act=make", label="").fills("act=make", label="Zottel")
    academy.opens("/console/academy/administrators").fills("act=add").fills(
        "act=add", first_name="Zarko", family_name="Zubin", role="head", uai=UAI
    )
    academy.opens("/console/academy/keys").fills("act=revoke", typed="z")
    academy.opens("/console/academy").fills("act=school")
    academy.opens("/console/academy/audit").fills("act=verify")
    academy.opens(f"/console/academy/people/{new.account}/data").fills("act=erase")


def test_the_ways_behind_forms(app: Flask, clock: Clock, language: str) -> None:
    world = World(app, clock)
    with app.app_context():
        world.school(UAI, "Zyrconia")
    pages, rendered = answers(app), set()

    def note(_: Flask, template: Any, **__: object) -> None:
        rendered.add(str(template.name))

    with template_rendered.connected_to(note, app):
        visit_pages_behind_forms(app, world, language)
    assert rendered >= BEHIND_FORMS
    wrong = {fault for html in pages for fault in faults(html, language, DATA)}
    assert len(pages) > 90
    assert not wrong, "\n".join(" | ".join(parts) for parts in sorted(wrong))


def test_every_mail_and_sms_is_in_one_language(app: Flask, clock: Clock, language: str) -> None:
    """The messages of the visited pages, and every notice."""
    with app.app_context():
        world = World(app, clock)
        world.school(UAI, "Zyrconia")
    visit_pages_behind_forms(app, world, language)
    wrong = []
    with app.app_context():
        facts = world.facts(world.guardian("Zilda", "Zorblin", username="z.zorblin"))
        with transaction() as tx:
            for kind in notices.NOTICES:
                facts_of = {
                    name: "Zottel"
                    for name in (
                        "device",
                        "address",
                        "child",
                        "service",
                        "provider",
                        "joined",
                        "location",
                        "number",
                        "reason",
                    )
                }
                notices.tell(tx, facts, kind, NOON, factor=ALL, **facts_of)
        for payload in waiting_messages("mail"):
            with in_language(language):
                payload["language"] = language
            message = mail.compose(outbox.Claimed(1, "mail", payload, 1, NOON), NOON)
            parts = [
                str(message["Subject"]),
                *(part.get_content() for part in message.walk() if part.get_content_maintype() == "text"),
            ]
            for part in parts:
                wrong += faults(part, language, DATA)
    assert wrong == []


def test_every_refusal_is_in_one_language(app: Flask, language: str) -> None:
    facts = {
        "minutes": 5,
        "number": 3,
        "field": "motif",
        "name": "Zelmo",
        "names": "Zelmo",
        "given": "e.xml",
        "missing": "r.xml",
        "fields": "Zottel",
        "colour": "#ff9900",
        "contrast": "2,1",
        "nearest": "#a36200",
        "size": 100,
    }
    wrong = []
    for code in CATALOGUE:
        with app.test_request_context("/"):
            html = errors.show(Refusal(code, **facts)).get_data(as_text=True)
        wrong += faults(html, language, DATA)
    assert wrong == []


def test_each_fault_of_a_registration_says_what_to_do(app: Flask, language: str) -> None:
    facts = {
        "longest": 200,
        "allowed": ("ES256", "RS256"),
        "most": 20,
        "unknown": 1,
        "known": ("openid",),
        "value": "none",
        "profile": "fapi2",
        "reason": "answered 404",
    }
    with app.test_request_context("/"):
        for kind in registration_words.SENTENCES:
            for name in ("redirect_uris", "document", "jwks"):
                facts_given = {word: facts[word] for word in re.findall(r"%\((\w+)\)s", kind)}
                html = str(registration_fault(Fault(name, kind, facts=facts_given)))
                assert faults(html, language, DATA) == []
                assert f"<code>{name}</code>" in html and "%(" not in html


def constants(folder: str, call: str, place: int) -> set[str]:
    """The texts that calls of `call` have as argument number `place`, in the code of a folder."""
    values = set()
    for node in calls_in(ROOT / folder):
        if call in (getattr(node.func, "attr", ""), getattr(node.func, "id", "")):
            values |= set(_constants(node.args[place : place + 1]))
    return values


def _constants(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_kind_has_its_words() -> None:
    """What can be recorded, run, sent and refused, from the code itself."""
    acts = recorded_acts()
    assert set(acts) <= set(record_words.ACTS)
    assert set().union(*acts.values()) <= set(record_words.DETAILS)
    assert set(long_work.RUNNERS) == set(work_words.JOBS)
    assert {*deliveries.DELIVERERS, *deliveries.ACTS} == set(work_words.MESSAGES)
    assert constants("idp/console", "note", 0) == set(work_words.STEPS)
    of_rules = {"is a JSON object", "is not a JSON object"}.union(
        *(
            constants(folder, "fault", 1)
            for folder in ("idp/oidc/clients/rules", "idp/services/rules", "idp/cas/rules", "idp/saml")
        )
    )
    of_addresses = {
        node.value.value
        for path in (
            "oidc/clients/rules/registered_addresses",
            "oidc/clients/rules/registered_members",
            "services/rules/registered_addresses",
        )
        for node in ast.walk(ast.parse((ROOT / f"idp/{path}.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Return)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
    assert of_rules | of_addresses <= set(registration_words.SENTENCES)
    for form in (client_fields.OIDC, *service_fields.JOINED.values()):
        for field in form.fields:
            assert set(field.allowed) - {*SIGNING_ALGS} <= set(service_words.CHOICES), field.name
