"""Each page and document agrees with the SIECLE files, for all people of both schools; on Pronote's pages for a sample."""

import csv
import io
import json
import random
import re
import secrets
from collections import Counter, defaultdict
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jws
from sqlalchemy import update

from clients.pronote.registration import registration as pronotes_registration
from idp.console import letter_jobs
from idp.console.rules.rights import FAMILIES, Reach
from idp.console.storage import rights
from idp.database.engine import reading, transaction
from idp.jobs import queue
from idp.jobs.storage import jobs
from idp.letters.rules.runs import LetterChoice
from idp.people.storage.tables import Account
from idp.worker import long_work
from tests.actors.relying_party import REDIRECT, RelyingParty
from tests.actors.world import Someone, World, waiting_messages
from tests.clients.conftest import LogIn, Service
from tests.conftest import NOON
from tests.letters.papers import texts_of
from tests.oracle.conftest import Everybody, Somebody
from tests.oracle.siecle import Filed

SAMPLE = random.Random(10)
"""The seed of who is looked at in Pronote."""
CIVILITIES = {"MME": "Mme ", "M": "M. ", "M.": "M. "}


def written(everybody: Everybody, uai: str, form: str) -> list[tuple[str, bytes]]:
    """The files of a run of all letters of a school."""
    with everybody.app.app_context():
        school = rights.school_by_uai(reading(), uai)
        assert school is not None
        choice = LetterChoice(FAMILIES, frozenset(), form, again=True)
        job = letter_jobs.ask(school.id, Reach(FAMILIES, None), choice, "fr", "test", NOON)
        while queue.run_next(long_work.RUNNERS, everybody.app.extensions["clock"], lambda: False):
            pass
        files = [queue.read_file(job, number, NOON) for number, _ in jobs.files_of(reading(), job, NOON)]
        return [(name, content) for name, _, content in filter(None, files)]


def classes_of(filed: Filed) -> list[str]:
    own = [filed.class_code] if filed.key[1] == "pupil" else [child.class_code for child in filed.children]
    return [code for code in own if code]


def test_there_are_as_many_as_the_demonstration_has(everybody: Everybody) -> None:
    kinds = Counter(somebody.kind for somebody in everybody.people)
    assert kinds["pupil"] == 640
    assert kinds["guardian"] > 900
    assert sum(len(somebody.filed) > 1 for somebody in everybody.people) > 15
    for somebody in everybody.people:
        assert len({(filed.name, filed.mail) for filed in somebody.filed}) == 1, (
            "two records, one human being"
        )


def lines_of_letter(filed: Filed) -> list[str]:
    lines = [CIVILITIES.get(filed.civility or "", "") + filed.name]
    if filed.class_code:
        lines.append(f"Classe {filed.class_code}")
    if filed.children:
        lines.append("Responsable de :")
        lines += sorted(f"{c.name} Classe {c.class_code}" if c.class_code else c.name for c in filed.children)
    return lines


@pytest.mark.timeout(1200)
def test_letters_on_paper(everybody: Everybody) -> None:
    for uai, school in everybody.names.items():
        waiting, seen = everybody.of(uai), set()
        for name, paper in written(everybody, uai, "pdf"):
            for page in texts_of(paper):
                lines = page.split("\n")
                username = lines[lines.index("Identifiant") + 1]
                _, filed = waiting[username]
                # Between the first sentence and the first way to sign in.
                begin = next(n for n, line in enumerate(lines) if line.startswith("Un seul compte ouvre"))
                end = next(
                    n for n, line in enumerate(lines) if line.startswith(("Le plus rapide", "1 Ouvrez"))
                )
                addressee = lines[begin + 1 : end]
                assert username not in seen, "each once a run"
                seen.add(username)
                assert lines[0] == school
                # Long lines go on in a second one.
                printed = "".join("".join(addressee).split())
                expected = ["".join(line.split()) for line in lines_of_letter(filed)]
                assert len(printed) == sum(map(len, expected)) and printed.startswith(expected[0])
                assert all(line in printed for line in expected), (printed, expected)
                code = name.removeprefix("courriers-").rpartition("-")[0]
                assert (
                    code in {c.replace(" ", "").lower() for c in classes_of(filed)} or code == "sans-classe"
                )
        assert seen == set(waiting)


def test_letters_as_a_table(everybody: Everybody) -> None:
    for uai in everybody.names:
        ((_, content),) = written(everybody, uai, "csv")
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        waiting = everybody.of(uai)
        assert sorted(row["identifiant"] for row in rows) == sorted(waiting)
        for row in rows:
            _, filed = waiting[row["identifiant"]]
            assert (row["prenom"], row["nom"], row["civilite"], row["profil"]) == (
                filed.first_name,
                filed.family_name,
                filed.civility or "",
                filed.key[1],
            )
            assert set(filter(None, row["classe"].split(", "))) == set(classes_of(filed))
            children = [f"{c.name} ({c.class_code})" if c.class_code else c.name for c in filed.children]
            assert sorted(filter(None, row["enfants"].split(", "))) == sorted(children)


def test_letters_by_mail(everybody: Everybody) -> None:
    for uai in everybody.names:
        with everybody.app.app_context():
            before = len(waiting_messages("mail"))
        written(everybody, uai, "mail")
        with everybody.app.app_context():
            sent = waiting_messages("mail")[before:]
        waiting = everybody.of(uai)
        assert sorted(mail["facts"]["username"] for mail in sent) == sorted(
            username for username, (_, filed) in waiting.items() if filed.mail
        )
        for mail in sent:
            _, filed = waiting[mail["facts"]["username"]]
            assert (mail["to"], mail["facts"]["name"], mail["facts"]["kind"]) == (
                filed.mail,
                filed.first_name,
                filed.key[1],
            )


@pytest.fixture(scope="module")
def active(everybody: Everybody) -> Everybody:
    """Everybody has been through the first login."""
    with everybody.app.app_context(), transaction() as tx:
        tx.execute(
            update(Account).values(
                state="active",
                identity_proved_at=NOON,
                mail=Account.username + "@example.org",
                mail_verified_at=NOON,
            )
        )
    return everybody


def browser_of(everybody: Everybody, account: int, person: int, username: str) -> FlaskClient:
    from idp.signin import sessions

    world = World(everybody.app, everybody.app.extensions["clock"])
    with everybody.app.app_context(), transaction() as tx:
        facts = world.facts(Someone(account, person, username, ""))
        lifetimes = everybody.app.extensions["settings"].sessions
        token = sessions.open_in(tx, facts, ("pwd",), "192.0.2.7", "Test browser", NOON, lifetimes, True)
    browser = everybody.app.test_client()
    browser.set_cookie("idp_session", token)
    return browser


def cells(row: str) -> list[str]:
    return [
        unescape(re.sub(r"<[^>]+>", "", cell)).strip()
        for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
    ]


def test_the_lists_and_numbers_of_the_console(active: Everybody) -> None:
    for uai, school in active.names.items():
        with active.app.app_context():
            head = World(active.app, active.app.extensions["clock"]).staff(
                f"H{uai}", "Vasseur", username=f"h.{secrets.token_hex(3)}"
            )
            from idp.people.storage.tables import School, StaffPost

            with transaction() as tx:
                number = tx.execute(School.__table__.select().where(School.uai == uai)).one().id
                tx.execute(
                    update(StaffPost).where(StaffPost.person_id == head.person).values(school_id=number)
                )
        office = browser_of(active, head.account, head.person, head.username)
        expected, waiting = {}, active.of(uai)
        for username, (_, filed) in waiting.items():
            first = min(classes_of(filed), default="–")
            kind = "Élève" if filed.key[1] == "pupil" else "Responsable"
            expected[username] = [f"{filed.family_name} {filed.first_name}", kind, first]
        listed: dict[str, list[str]] = {}
        page = 1
        while True:
            text = office.get(f"/console/school/{uai}/people?page={page}").text
            body = text.partition("<tbody>")[2].partition("</tbody>")[0]
            for row in re.findall(r"<tr>.*?</tr>", body, re.S):
                name, kind, place, _, username, *_ = cells(row)
                if kind != "Personnel":
                    listed[username] = [name, kind, place]
            if 'rel="next"' not in text:
                break
            page += 1
        assert listed == expected
        numbers(office, uai, school, waiting)


def numbers(office: FlaskClient, uai: str, school: str, waiting: dict[str, tuple[Somebody, Filed]]) -> None:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for _, filed in waiting.values():
        codes = (
            [filed.class_code] if filed.key[1] == "pupil" else [child.class_code for child in filed.children]
        )
        for code in set(codes):
            counted[code or "Sans classe"][filed.key[1]] += 1
    text = office.get(f"/console/school/{uai}").text
    assert f"<h1>{school}</h1>" in text
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    shown = {row[0]: (row[3], row[4]) for row in map(cells, re.findall(r"<tr>.*?</tr>", body, re.S))}
    assert shown == {
        code: (f"{counts['pupil']} / {counts['pupil']}", f"{counts['guardian']} / {counts['guardian']}")
        for code, counts in counted.items()
    }
    kinds = Counter(filed.key[1] for _, filed in waiting.values())
    assert [int(whole) for whole in re.findall(r'class="figure">\d+ / (\d+)<', text)] == [
        kinds["pupil"],
        kinds["guardian"],
    ]


@pytest.fixture(scope="module")
def portal(active: Everybody) -> RelyingParty:
    """Registered as Pronote registers itself."""
    with active.app.app_context():
        world = World(active.app, active.app.extensions["clock"])
        document: dict[str, Any] = {
            **pronotes_registration("https://portail.example"),
            "redirect_uris": [REDIRECT],
        }
        document |= {"token_endpoint_auth_method": "client_secret_basic", "backchannel_logout_uri": None}
        document |= {"backchannel_logout_session_required": None}
        registered = world.relying_party(**document)
    return RelyingParty(
        active.app, registered, active.app.test_client(), {"scope": "openid ect.scope.cnx ect.scope.pronote"}
    )


def claims_of(
    active: Everybody, portal: RelyingParty, somebody: Somebody
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(ID token, userinfo), through the endpoints."""
    portal.browser = browser_of(active, somebody.account, somebody.person, somebody.username)
    names = ("name", "given_name", "family_name", "children", "class", "school")
    asked = json.dumps({"id_token": dict.fromkeys(names)})
    tokens = portal.tokens(claims=asked)
    payload = jws.extract_compact(tokens["id_token"].encode()).payload
    return json.loads(payload), dict(portal.userinfo(tokens["access_token"]).get_json())


def test_id_token_and_userinfo(active: Everybody, portal: RelyingParty) -> None:
    for somebody in active.people:
        for claims in claims_of(active, portal, somebody):
            filed = somebody.filed[0]
            assert (claims["name"], claims["given_name"], claims["family_name"]) == (
                filed.name,
                filed.first_name,
                filed.family_name,
            )
            if somebody.kind == "pupil":
                assert claims.get("class") == filed.class_code
                assert (claims["school"]["uai"], claims["school"]["name"]) == (filed.key[0], filed.school)
                assert "children" not in claims
                continue
            assert "class" not in claims
            children = [
                (c["given_name"], c["family_name"], c.get("class"), c["school"]["name"])
                for c in claims["children"]
            ]
            expected = [(c.first_name, c.family_name, c.class_code, c.school) for c in somebody.children]
            assert sorted(children, key=str) == sorted(expected, key=str)


def test_mon_compte(active: Everybody) -> None:
    guardians: dict[tuple[str, str, str | None], Counter[str]] = defaultdict(Counter)
    for somebody in active.people:
        browser = browser_of(active, somebody.account, somebody.person, somebody.username)
        overview = unescape(browser.get("/account").text)
        assert f"{somebody.name} · {somebody.username} · " in overview
        if somebody.kind == "pupil":
            page = unescape(browser.get("/account/guardians").text)
            filed = somebody.filed[0]
            shown = re.findall(
                r"<strong>(.*?)</strong>", page.partition("Mes responsables</h1>")[2].partition("</ul>")[0]
            )
            guardians[filed.name, filed.school, filed.class_code] += Counter(shown)
            continue
        page = unescape(browser.get("/account/children").text)
        shown_children = re.findall(
            r'<h2 id="child-title-\d+">(.*?)</h2>\s*<p class="hint">(.*?)</p>',
            re.sub("</?bdi[^>]*>", "", page),
            re.S,
        )
        expected = [
            (c.name, (f"Classe {c.class_code}, " if c.class_code else "") + c.school)
            for c in somebody.children
        ]
        assert sorted(shown_children) == sorted(expected), somebody.username
    of_children: dict[tuple[str, str, str | None], Counter[str]] = defaultdict(Counter)
    for somebody in active.people:
        for child in somebody.children:
            of_children[child.name, child.school, child.class_code][somebody.name] += 1
    assert {key: listed for key, listed in guardians.items() if "Aucun" not in str(listed)} == of_children


def test_pronote_shows_a_sample_what_the_files_say(
    active: Everybody, portal: RelyingParty, pronote: Service, logs_in: LogIn
) -> None:
    """The real client, over HTTP, with our userinfo: forty people, among them guardians with children in two schools."""
    two = [somebody for somebody in active.people if len({child.school for child in somebody.children}) > 1]
    for somebody in [*two[:10], *SAMPLE.sample(active.people, 30)]:
        _, claims = claims_of(active, portal, somebody)
        page = logs_in(pronote, claims)
        for child in somebody.children:
            place = " · ".join(filter(None, (child.class_code, child.school)))
            page.sees(f"<span>{child.name}<small>{place}</small></span>")
        if somebody.kind == "pupil" and somebody.filed[0].class_code:
            page.sees(somebody.name, somebody.filed[0].class_code)
