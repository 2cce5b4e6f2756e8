"""Log lines in JSON: a line a request, and nobody's name, address, number or password in any line."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from idp.database.engine import reading
from idp.observability import log_lines
from idp.observability.requests import is_well_formed
from idp.worker.deliveries import deliver
from tests.actors.due_messages import due
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.visitor import SMS, Visitor
from tests.actors.world import World
from tests.pages import forms_with


class Lines:
    """What was logged, as JSON."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def __iter__(self) -> Iterator[dict[str, str]]:
        return map(json.loads, self.text.splitlines())


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    lines = Lines()
    handler = logging.StreamHandler(lines.stream)
    handler.setFormatter(log_lines.JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    monkeypatch.setattr(log_lines.access, "disabled", False)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.settings(sms=SMS, mail={"host": "127.0.0.1", "port": 9})
def test_journeys_leave_nothing_personal_in_the_log(contextless: World, lines: Lines) -> None:
    guardian = contextless.guardian(
        "Clotilde", "Vaugirard", mail="clotilde@exemple.fr", mail_verified_at=1, mobile="+33612345678"
    )
    visitor = Visitor(contextless.app).opens("/account").fills(profile="responsable")
    visitor.fills(username=guardian.username, password="Mauvais-Secret-1")
    visitor.fills(username=guardian.username, password=guardian.password)
    visitor.opens("/account/mail")
    stranger = Visitor(contextless.app).opens("/recovery/password")
    stranger.fills(username=guardian.username, method="sms").fills(code="987654")
    Visitor(contextless.app).opens("/recovery/username").fills(contact="clotilde@exemple.fr")
    Visitor(contextless.app).opens("/mail/a-secret-token")
    with contextless.app.app_context():
        for message in due(contextless.clock()):
            deliver(message, contextless.clock())
    written = list(lines)
    assert len([line for line in written if line["logger"] == "idp.access"]) > 10
    for personal in (
        guardian.username,
        guardian.password,
        "Mauvais-Secret-1",
        "Clotilde",
        "Vaugirard",
        "clotilde@exemple.fr",
        "612345678",
        "987654",
        "a-secret-token",
        "127.0.0.1",
    ):
        assert personal not in lines.text, [line for line in lines.text.splitlines() if personal in line]


def test_a_requests_line_names_its_endpoint_client_and_outcome(world: World, lines: Lines) -> None:
    portal = RelyingParty(world.app, world.relying_party(), signed_in_browser(world, world.guardian()))
    portal.code()
    portal.redeem("no-such-code")
    world.app.test_client().get("/no-such-page")
    asked, redeemed, missing = (line for line in lines if line["logger"] == "idp.access")
    assert (asked["endpoint"], asked["client"], asked["outcome"]) == ("oidc.begin", portal.client_id, "code")
    assert (redeemed["status"], redeemed["outcome"], redeemed["method"]) == (400, "invalid_grant", "POST")
    assert (missing["endpoint"], missing["outcome"]) == (None, "PAGE_NOT_FOUND")
    assert isinstance(asked["ms"], float) and is_well_formed(asked["request"])


def test_a_fault_and_its_traceback_are_one_line_without_values(world: World, lines: Lines) -> None:
    from sqlalchemy import text

    @world.app.get("/faulty")
    def faulty() -> str:
        reading().execute(
            text("INSERT INTO generations VALUES ('registry', length(:who))"), {"who": "Vaugirard"}
        )
        return ""

    response = world.app.test_client().get("/faulty")
    assert response.status_code == 500
    (fault,) = (line for line in lines if line["level"] == "ERROR")
    assert "Traceback" in fault["message"] and "Vaugirard" not in lines.text
    assert fault["request"] == response.headers["X-Request-Id"]


def test_a_mail_servers_reply_is_masked(lines: Lines) -> None:
    logging.getLogger("idp.worker").warning("message 3: 550 <claire.durand@exemple.fr> unknown")
    assert "550 <…@…> unknown" in lines.text


def test_an_error_page_shows_the_id_of_its_request(app: Flask) -> None:
    response = app.test_client().get("/no-such-page", headers={"X-Request-Id": "not-of-a-proxy-0001"})
    identifier = response.headers["X-Request-Id"]
    assert f'<code class="request">{identifier}</code>' in response.text
    assert identifier != "not-of-a-proxy-0001" and forms_with(response.text, {"csrf_token"})
