"""Every kind of mail as it leaves: both parts, one button, dark screens, who sends it and why, in whose name."""

import email
import html
import re
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import parseaddr
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import Client

from idp.database.engine import transaction
from idp.messages import mail
from idp.messages.notices import NOTICES
from idp.messages.rules.senders import Sender
from idp.messages.storage.outbox import Claimed
from idp.people import offices
from idp.people.storage.tables import School
from idp.samples import pages as samples
from idp.samples.pages import KINDS, SENDER
from idp.schools import letterheads
from idp.worker.deliveries import _sender_of
from tests.actors.visitor import Visitor, messages
from tests.actors.world import World
from tests.browser.windows import Desk
from tests.conftest import NOON
from tests.pages import visible_text

TEMPLATES = Path(__file__).parents[2] / "idp" / "templates" / "mail"
TOKENS = Path(__file__).parents[2] / "idp" / "static" / "design" / "tokens.css"
NEARBY = "0990002P"


def parts(app: Flask, kind: str, language: str = "fr") -> tuple[str, str, str]:
    with app.test_request_context():
        return samples._mail(kind, language, letterheads.for_mail(samples.SCHOOL, ""))


def words(text: str) -> str:
    return " ".join(html.unescape(text).replace("\N{NO-BREAK SPACE}", " ").split())


def body_of(page: str) -> str:
    """What is read in a mail, without the line that only a list of mails shows."""
    return words(visible_text(re.sub(r'<div style="display:none.*?</div>', "", page, flags=re.DOTALL)))


def preview_of(page: str) -> str:
    (preview,) = re.findall(r'<div style="display:none[^>]*>(.*?)</div>', page, flags=re.DOTALL)
    return words(preview.replace("\u2007", "").replace("\u034f", ""))


def test_every_template_and_every_notice_has_a_sample() -> None:
    names = {path.stem for path in TEMPLATES.glob("*.html")} - {"layout", "parts", "notice"}
    assert {kind for kind in KINDS if "." not in kind} == names
    assert {kind.partition(".")[2] for kind in KINDS if "." in kind} == set(NOTICES)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_text_says_what_the_other_part_says(app: Flask, kind: str, language: str) -> None:
    subject, text, page = parts(app, kind, language)
    assert f'<html lang="{language}" dir="ltr">' in page
    shown = body_of(page)
    links = {address for address in re.findall(r'href="([^"]+)"', page)}
    for line in map(words, text.splitlines()):
        sentence = line.removesuffix("".join(links)).strip()
        if sentence in ("", "--", "c.durand") or sentence in links:
            continue
        sentence = sentence.replace("Claire Durand : c.durand", "Claire Durand")
        assert sentence in shown or words(sentence) == subject, sentence
    assert all(html.unescape(link) in text for link in links)
    assert "\n\n\n" not in text and "%(" not in text + page


@pytest.mark.parametrize("kind", KINDS)
def test_one_button_no_picture_no_tracking(app: Flask, kind: str) -> None:
    _, _, page = parts(app, kind)
    assert len(re.findall(r'class="button"', page)) <= 1
    assert len(re.findall("<a ", page)) == len(re.findall(r'class="button"', page))
    assert not re.search(r"<(img|script|link|iframe|object|video|form)\b|url\(|@import|\bsrc=", page)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_says_who_sent_it_and_why(app: Flask, kind: str) -> None:
    _, text, page = parts(app, kind)
    foot = words(text.rpartition("\n-- \n")[2])
    assert foot.startswith("Vous recevez ce message parce qu")
    assert foot in body_of(page)
    assert "Contactez le secrétariat du collège. 03 53 01 00 00 · du lundi" in foot
    assert text.startswith("Collège des Tilleuls\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_mails_shows_more_than_the_subject(app: Flask, kind: str) -> None:
    subject, _, page = parts(app, kind)
    preview = preview_of(page)
    assert 20 < len(preview) < 200 and preview != subject


def test_a_locked_screen_shows_no_code_that_opens_an_account(app: Flask) -> None:
    assert "492731" in parts(app, "recovery")[2]
    assert "492731" not in preview_of(parts(app, "recovery")[2]) + parts(app, "recovery")[0]


def test_colours_are_those_of_the_pages_and_readable_in_light_and_dark() -> None:
    written = "".join(path.read_text() for path in (*TEMPLATES.glob("*.html"), TEMPLATES / "screens.css"))
    tokens = set(re.findall(r"#[0-9a-f]{6}", TOKENS.read_text()))
    assert set(re.findall(r"#[0-9a-f]{6}", written)) <= tokens
    light = {"ink": "#16252b", "quiet": "#51616a"}
    dark = dict(re.findall(r"\.(\w+)[^{}]*\{ color: (#\w+) !important", written))
    for ink, papers in ((light, ("#ffffff", "#f4f3ee")), (dark, ("#19262a", "#10191c"))):
        for name in ("ink", "quiet"):
            assert all(contrast(ink[name], paper) >= 4.5 for paper in papers), name
    assert all(contrast("#ffffff", ground) >= 4.5 for ground in ("#0b5563", "#a02617"))


def contrast(first: str, second: str) -> float:
    """WCAG 2.2, contrast ratio of two colours."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["confirm_mail", "notice.new_device", "usernames"])
def test_on_a_phone_and_at_a_desk_in_light_and_dark(app: Flask, chromium, kind: str) -> None:
    _, _, page = parts(app, kind)
    desk = Desk(chromium)
    window = desk.window(360)
    window.set_content(page)
    for width in (360, 720):
        window.set_viewport_size({"width": width, "height": 700})
        assert window.evaluate("document.documentElement.scrollWidth") <= width
    grounds = []
    for scheme in ("light", "dark"):
        window.emulate_media(color_scheme=scheme)
        grounds.append(window.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(25, 38, 42)"]
    button = window.locator("a.button")
    assert button.bounding_box()["height"] >= 44  # type: ignore[index]
    assert window.locator("h1").count() == 1
    assert desk.complaints == []
    window.context.close()


# In whose name


def composed(app: Flask, payload: dict[str, object], sender: Sender | None = None) -> EmailMessage:
    with app.app_context():
        claimed = Claimed(7, "mail", payload, NOON, 1)
        message = mail.compose(claimed, NOON, _sender_of(claimed) if sender is None else sender)
    read = email.message_from_bytes(message.as_bytes(policy=SMTP), policy=default)
    assert isinstance(read, EmailMessage)
    return read


PAYLOAD = {
    "to": "claire@famille.example",
    "template": "confirm_mail",
    "language": "fr",
    "facts": {"name": "Claire", "link": "https://idp.example/x", "code": "492731", "minutes": 30},
}


def sender_of(app: Flask, payload: dict[str, object], sender: Sender | None = None) -> tuple[str, str]:
    """Name and address of the From, decoded as RFC 2047 §6.2 says.

    Python 3.11's own reader (policy `default`) leaves blanks between the encoded words of a name.
    """
    with app.app_context():
        claimed = Claimed(7, "mail", payload, NOON, 1)
        message = mail.compose(claimed, NOON, _sender_of(claimed) if sender is None else sender)
    header = email.message_from_bytes(message.as_bytes(policy=SMTP))["From"]
    return parseaddr(str(make_header(decode_header(header))))


def test_a_mail_leaves_in_the_name_of_the_persons_school(app: Flask) -> None:
    with app.app_context():
        world = World(app, app.extensions["clock"])
        nearby = world.school(NEARBY, "Collège de la Roselière")
        here, there, both = (world.guardian(name, name) for name in ("Anne", "Léo", "Max"))
        pupils = world.pupil("Léa", "Petit"), world.pupil("Zoé", "Petit", school=nearby)
        world.family(here, pupils[0])
        world.family(there, pupils[1])
        world.family(both, *pupils)
    senders = {}
    for someone in (here, there, both):
        name, address = sender_of(app, PAYLOAD | {"account": someone.account})
        assert address == "ne-pas-repondre@localhost"
        senders[someone.account] = name
        message = composed(app, PAYLOAD | {"account": someone.account})
        assert message["Auto-Submitted"] == "auto-generated" and message["Reply-To"] is None
    assert senders == {
        here.account: "Collège des Tilleuls (EduConnect du collège)",
        there.account: "Collège de la Roselière (EduConnect du collège)",
        both.account: "EduConnect du collège",
    }


def test_a_mail_posted_before_or_about_nobody_leaves_in_the_name_of_the_service(app: Flask) -> None:
    for payload in (PAYLOAD, PAYLOAD | {"account": 999}):
        assert sender_of(app, payload)[0] == "EduConnect du collège"


def test_every_mail_of_a_sign_in_names_its_account(app: Flask) -> None:
    with app.app_context():
        someone = World(app, app.extensions["clock"]).guardian("Anne", "Petit", mail="anne@famille.example")
    Visitor(app).opens("/recovery/password").fills(username=someone.username)
    payload = messages(app, "mail")[-1]
    assert payload["template"] == "recovery" and payload["account"] == someone.account


@pytest.mark.parametrize(
    "school",
    [
        "École « Les Tilleuls », Saint-Jean",
        'Collège "A" <x@evil.example>',
        "A\r\nBcc: x@evil.example",
        "م" * 150,
    ],
)
def test_a_schools_name_is_a_name_and_nothing_else(app: Flask, school: str) -> None:
    message = composed(app, PAYLOAD, Sender(school))
    assert message["From"].addresses[0].addr_spec == "ne-pas-repondre@localhost"
    assert len(message["From"].addresses) == 1 and "Bcc" not in message
    header = email.message_from_bytes(message.as_bytes(policy=SMTP))["From"]
    shown = str(make_header(decode_header(header)))
    assert "".join(f"{school} (EduConnect du collège)".split()) in "".join(shown.split())
    with app.app_context():
        raw = mail.compose(Claimed(7, "mail", PAYLOAD, NOON, 1), NOON, Sender(school)).as_bytes(policy=SMTP)
    head = raw.partition(b"\r\n\r\n")[0]
    assert head.isascii(), "RFC 2047"
    assert all(len(line) <= 998 for line in head.splitlines()), "RFC 5322 §2.1.1"


@pytest.mark.settings(mail={"reply_to_office": True})
def test_answers_go_to_the_office_where_the_setting_allows_it(app: Flask) -> None:
    message = composed(app, PAYLOAD, SENDER)
    assert message["Reply-To"] == "secretariat@tilleuls.example"
    assert "Ne répondez pas" not in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert composed(app, PAYLOAD, Sender("École"))["Reply-To"] is None


@pytest.mark.parametrize(
    ("office", "answered"),
    [
        ("a@b.example", "a@b.example"),
        ("a@école.example", "a@xn--cole-9oa.example"),
        ("a@b.example\u200b", "a@b.example"),
        ("élise@b.example", ""),
        ("a@b.example, x@evil.example", ""),
    ],
)
def test_answers_go_to_an_address_that_every_reader_understands(
    world: World, office: str, answered: str
) -> None:
    pupil = world.pupil("Léa", "Petit")
    with transaction() as tx:
        tx.execute(update(School).values(office_mail=office))
    sender = _sender_of(Claimed(7, "mail", {"account": pupil.account}, NOON, 1))
    assert sender.mail == answered


def test_the_office_of_an_account_is_that_of_its_only_school(app: Flask) -> None:
    with app.app_context():
        world = World(app, app.extensions["clock"])
        pupil = world.pupil("Léa", "Petit")
        assert offices.of_account(pupil.account).school == "Collège des Tilleuls"
        assert offices.of_account(pupil.account).lines == ("secrétariat",)
        assert offices.of_account(None) == offices.of_school(None) == offices.SchoolOffice("")
    known = offices.SchoolOffice("É", reach="secrétariat", phone="05", hours="8 h")
    assert known.lines == ("05", "8 h"), "the telephone is said before the school's own words"


# Browsers


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        ("curl/8.1 <b>hello</b> http://evil.example", "un navigateur inconnu"),
        ("", "un navigateur inconnu"),
    ],
)
def test_a_browser_is_named_in_words(app: Flask, header: str, shown: str) -> None:
    with app.app_context():
        someone = World(app, app.extensions["clock"]).guardian("Anne", "Petit", mail="anne@famille.example")
    for agent in ("Mozilla/5.0 (X11; Linux) Firefox/140.0", header):
        visitor = Visitor(app)
        visitor.browser.environ_base["HTTP_USER_AGENT"] = agent
        visitor.opens("/account").fills(profile="responsable")
        visitor.fills(username=someone.username, password=someone.password)
    (payload,) = [p for p in messages(app, "mail") if "device" in p["facts"].get("facts", {})]
    for kind in ("plain", "html"):
        text = words(composed(app, payload).get_body((kind,)).get_content())  # type: ignore[union-attr]
        assert shown in text and "curl" not in text and "evil" not in text
    english = composed(app, payload | {"language": "en"}).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert ("an unknown browser" in english) is (shown == "un navigateur inconnu")


# The pages of a development


def test_each_mail_is_shown_in_development(app: Flask) -> None:
    visitor: Client = app.test_client()
    for language in ("fr", "en"):
        page = visitor.get(f"/design/mails?kind=notice.locked&mail_in={language}")
        assert page.status_code == 200
        assert all(f"kind={kind}" in page.text for kind in KINDS)
        assert parts(app, "notice.locked", language)[0] in html.unescape(page.text)
        part = visitor.get(f"/design/mails/html?kind=notice.locked&mail_in={language}")
        assert part.headers["Content-Security-Policy"] == samples.MAIL_POLICY
    for form in ("post", "class", "pair"):
        assert visitor.get(f"/design/letter.pdf?form={form}").data.startswith(b"%PDF-")
    for wrong in ("/design/mails?kind=x", "/design/mails?mail_in=de", "/design/letter.pdf?form=x"):
        assert visitor.get(wrong).status_code == 404


@pytest.mark.settings(server={"mode": "production", "issuer": "https://connexion.example"})
@pytest.mark.parametrize("path", ["/design/mails", "/design/mails/html", "/design/letter.pdf"])
def test_no_stranger_sees_them_in_production(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 404
