"""The demonstration's mail box: kept before 250, shown without letting a mail do anything."""

import re
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask.testing import FlaskClient

from idp.demo.mailbox import Box, Postman, create_viewer
from idp.demo.phone import Phone
from tests.operations.installation import free_port

SCRIPT = "<script>alert(1)</script>"


def a_mail(subject: str = "Confirmez votre adresse – é", to: str = "claire@example.org") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ecole@example.org", to, subject
    message["Date"] = "Mon, 23 Nov 2026 08:00:00 +0000"
    message.set_content(f"Bonjour,\nhttps://school.example/mail/abc?d=1&e=2.\n{SCRIPT}\n")
    message.add_alternative(f"<p>Bonjour</p>{SCRIPT}", subtype="html")
    return message


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


@pytest.fixture
def viewer(box: Box, tmp_path: Path) -> FlaskClient:
    return create_viewer(box, Phone(tmp_path, "token")).test_client()


@pytest.fixture
def smtp(box: Box) -> Iterator[smtplib.SMTP]:
    controller = Controller(Postman(box), hostname="127.0.0.1", port=free_port())
    controller.start()
    with smtplib.SMTP("127.0.0.1", controller.port, timeout=10) as client:
        yield client
    controller.stop()


def test_a_mail_is_on_the_disk_when_the_sender_hears_that_it_was_taken(
    smtp: smtplib.SMTP, tmp_path: Path
) -> None:
    smtp.send_message(a_mail())
    assert [file for file in (tmp_path / "mail/new").iterdir() if b"claire@example.org" in file.read_bytes()]


def test_mails_are_found_again_by_another_process(smtp: smtplib.SMTP, tmp_path: Path) -> None:
    smtp.send_message(a_mail())
    assert [letter.subject for letter in Box(tmp_path).letters()] == ["Confirmez votre adresse – é"]


def test_the_interface_for_programs_tells_the_newest_mail_first(
    smtp: smtplib.SMTP, viewer: FlaskClient
) -> None:
    smtp.send_message(a_mail("first"))
    smtp.send_message(a_mail("second", to="paul@example.org"))
    mails = viewer.get("/api/messages").get_json()
    assert [(mail["subject"], mail["to"]) for mail in mails] == [
        ("second", "paul@example.org"),
        ("first", "claire@example.org"),
    ]
    assert "https://school.example/mail/abc?d=1&e=2" in mails[0]["text"]


def test_the_text_is_shown_with_links_and_nothing_of_it_is_obeyed(
    smtp: smtplib.SMTP, viewer: FlaskClient
) -> None:
    smtp.send_message(a_mail())
    key = viewer.get("/api/messages").get_json()[0]["id"]
    page = viewer.get(f"/messages/{key}")
    assert '<a href="https://school.example/mail/abc?d=1&amp;e=2"' in page.text
    assert SCRIPT not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    html = viewer.get(f"/messages/{key}/html")
    assert html.headers["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-scripts" not in html.headers["Content-Security-Policy"]
    assert viewer.get(f"/messages/{key}/raw").mimetype == "text/plain"


def test_the_list_names_each_mail_and_its_recipient(smtp: smtplib.SMTP, viewer: FlaskClient) -> None:
    assert "Aucun mail" in viewer.get("/").text
    smtp.send_message(a_mail())
    page = viewer.get("/").text
    assert "Confirmez votre adresse – é" in page and "claire@example.org" in page


@pytest.mark.parametrize(
    "path", ["/messages/none", "/messages/none/html", "/messages/none/raw", "/messages/../secret"]
)
def test_a_mail_that_is_not_there_is_a_404(viewer: FlaskClient, path: str) -> None:
    assert viewer.get(path).status_code == 404


class TestPhone:
    SMS = {"to": "+33612345678", "text": "123456 est votre code", "id": "7", "from": "EduConnect"}
    TOKEN = {"Authorization": "Bearer token"}

    def test_an_sms_is_kept_once_and_shown(self, viewer: FlaskClient) -> None:
        for _ in range(2):
            assert viewer.post("/sms", json=self.SMS, headers=self.TOKEN).status_code == 200
        (sms,) = viewer.get("/api/sms").get_json()
        assert sms["to"] == "+33612345678" and sms["text"] == "123456 est votre code"
        assert "123456 est votre code" in viewer.get("/phone").text

    @pytest.mark.parametrize("token", ["", "Bearer wrong", "token"])
    def test_only_who_has_the_token_sends(self, viewer: FlaskClient, token: str) -> None:
        assert viewer.post("/sms", json=self.SMS, headers={"Authorization": token}).status_code == 401
        assert viewer.get("/api/sms").get_json() == []

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"to": 1, "text": "x", "id": "1"}'])
    def test_nonsense_is_400(self, viewer: FlaskClient, body: bytes) -> None:
        headers = {**self.TOKEN, "Content-Type": "application/json"}
        assert viewer.post("/sms", data=body, headers=headers).status_code == 400

    def test_the_authenticator_shows_a_code_for_a_key(self, viewer: FlaskClient) -> None:
        page = viewer.post("/authenticator", data={"key": "gezd gnbv gy3t qojq"}).text
        assert re.search(r'id="code">[0-9]{6}<', page)
        assert "pas complète" in viewer.post("/authenticator", data={"key": "1!"}).text
