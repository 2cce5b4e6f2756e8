"""The school office in every sentence that names it: any noun phrase fits, and each language has its own."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.signals import template_rendered
from pypdf import PdfReader

from idp.letters.faces import Paper
from idp.letters.issue import Letter
from idp.letters.pdf import letters_pdf
from idp.people.offices import SchoolOffice
from idp.refusals import CATALOGUE, Refusal
from idp.settings import SettingsFault, load_settings
from idp.web import errors
from tests.actors.enrolment import enrol
from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import World
from tests.applications import Clock, Loan, settings_for
from tests.databases import lent
from tests.pages import visible_text

ROOT = Path(__file__).parent.parent.parent
OFFICES = (
    {"fr": "le secrétariat du collège", "en": "the school’s office"},
    {"fr": "la vie scolaire", "en": "the student affairs office"},
    {"fr": "l’accueil", "en": "the reception desk"},
    {"fr": "les référents numériques", "en": "the digital support staff"},
    {"fr": "Mme Ndiaye", "en": "Ms Ndiaye"},
)
CONTRACTED = re.compile(r"(?<!\w)(?:à|de) (?:le|les)(?!\w)(?! \w+(?:er|ir|re)\b)", re.IGNORECASE)
"""What French never says: "à le secrétariat" is "au secrétariat"; before a verb (de le retrouver) it is a pronoun."""
LANGUAGES = ("fr", "en")
CASES = [(office, language) for office in OFFICES for language in LANGUAGES]
NAMES = [f"{office[language]}" for office, language in CASES]

sentences = [
    (message.id, message.string)
    for message in read_po(io.BytesIO((ROOT / "idp/translations/en/LC_MESSAGES/messages.po").read_bytes()))
    if isinstance(message.id, str) and "%(office)s" in message.id
]


@pytest.mark.parametrize("office", OFFICES, ids=lambda office: office["fr"])
def test_every_sentence_takes_any_office(office: dict[str, str]) -> None:
    assert len(sentences) > 20
    for french, english in sentences:
        assert not CONTRACTED.search(french.replace("%(office)s", office["fr"])), french
        # The verb takes it whole: no article, preposition or ending agrees with it.
        assert re.search(r"[Cc]ontactez %\(office\)s(?: :|\.)", french), french
        assert re.search(r"\bcontact %\(office\)s[:.]", english), english


@pytest.fixture(params=[True, False], ids=["sms", "no sms"])
def with_sms(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=CASES, ids=NAMES)
def case(request: pytest.FixtureRequest) -> tuple[dict[str, str], str]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def app(case: tuple[dict[str, str], str], with_sms: bool, clock: Clock) -> Iterator[Flask]:
    office, language = case
    service = {"school_office": office, "languages": sorted(LANGUAGES, key=lambda code: code != language)}
    changed = {"signin": {"new_device_check": True}, **({"sms": SMS} if with_sms else {})}
    with lent("sqlite") as url:
        loan = Loan(settings_for(url, service=service, **changed), clock)
        yield loan.app
        loan.end()


def names_the_office(text: str, office: dict[str, str], language: str) -> None:
    (second_language,) = set(LANGUAGES) - {language}
    shown = " ".join(visible_text(text).split())
    assert office[language] in shown
    assert office[second_language] not in shown
    assert not CONTRACTED.search(shown), shown
    before = {"fr": r"[Cc]ontactez", "en": r"\bcontact"}[language]
    assert all(re.search(rf"{before} $", part) for part in shown.split(office[language])[:-1]), shown


def test_every_page_that_names_the_office(
    app: Flask, clock: Clock, with_sms: bool, case: tuple[dict[str, str], str]
) -> None:
    office, language = case
    rendered: set[str] = set()

    def note(_: Flask, template: object, **__: object) -> None:
        rendered.add(str(template.name))  # type: ignore[attr-defined]

    with template_rendered.connected_to(note, app):
        for page in pages(app, clock, with_sms):
            names_the_office(page, office, language)
    naming = {
        str(path.relative_to(ROOT / "idp/templates"))
        for path in (ROOT / "idp/templates").rglob("*.*")
        if "school_office()" in path.read_text(encoding="utf-8")
    }
    assert naming - rendered <= (
        {"account/mobile.html"} if with_sms else {"recovery/code.html", "recovery/children.html"}
    )


def pages(app: Flask, clock: Clock, with_sms: bool) -> Iterator[str]:
    """Every page that names the office, as its people meet it."""
    for path in (
        "/help",
        "/legal",
        "/accessibility",
        "/recovery/password",
        "/recovery/username",
        "/activation",
    ):
        yield Visitor(app).opens(path).html
    yield Visitor(app).opens("/recovery/username/sent").html
    with app.app_context():
        world = World(app, clock)
        alone = world.guardian("Ana", mobile="+33612345678", state="active")
        world.guardian("Zoé", "Petit", mobile="+33698765432", state="created")
        lone = world.guardian("Ida", mail=None, mail_verified_at=None)
        staff = world.staff()
        enrol(world, staff)
        parent = world.guardian("Nora", "Amari")
        world.family(parent, world.pupil("Inès", "Amari"))
        newcomer = world.guardian("Luc", "Morel", state="confirming")
    for someone in (parent, newcomer):
        yield Visitor(app).opens("/account").fills(username=someone.username, password=someone.password).html
    if with_sms:
        waiting = Visitor(app).opens("/activation").fills(contact="06 98 76 54 32")
        yield waiting.html
        yield waiting.fills(code=str(messages(app, "sms")[-1]["facts"]["code"])).html
    family = Visitor(app).opens("/account").fills(profile="responsable")
    family.fills(username=alone.username, password=alone.password)
    mobile = [] if with_sms else ["/account/mobile"]
    for path in ("/account", "/account/children", "/account/data/erasure", *mobile):
        yield family.opens(path).html
    unreachable = Visitor(app).opens("/account").fills(profile="responsable")
    unreachable.fills(username=lone.username, password=lone.password)
    yield unreachable.opens("/account/history/not-me").html
    second = Visitor(app).opens("/account").fills(profile="personnel")
    yield second.fills(username=staff.username, password=staff.password).html


def test_every_refusal_that_names_the_office(app: Flask, case: tuple[dict[str, str], str]) -> None:
    office, language = case
    naming = [code for code, wording in CATALOGUE.items() if "%(office)s" in wording.sentence]
    assert naming
    facts = {"minutes": 5, "field": "x", "name": "Léa"}
    for code in naming:
        with app.test_request_context("/"):
            names_the_office(errors.show(Refusal(code, **facts)).get_data(as_text=True), office, language)


def test_the_letter(app: Flask, case: tuple[dict[str, str], str]) -> None:
    office, language = case
    with app.app_context():
        for kind in ("guardian", "pupil", "staff"):
            letter = Letter(1, kind, "Claire", "Durand", "c.durand", "kT4mHx9wRq7B")
            paper = letters_pdf(
                [letter], SchoolOffice("Collège des Tilleuls"), 1_800_000_000, Paper(language)
            )
            text = PdfReader(io.BytesIO(paper)).pages[0].extract_text()
            names_the_office(text, office, language)


class TestSetting:
    def office(self, value: object, language: str, **service: object) -> str:
        layers = {"server": {"mode": "development"}, "service": {"school_office": value, **service}}
        return load_settings(None, {}, layers).service.office(language)

    def test_one_text_is_for_the_first_language_alone(self) -> None:
        assert self.office("l’accueil", "fr") == "l’accueil"
        assert self.office("l’accueil", "en") == "your school’s office"
        assert self.office("the reception", "en", languages=["en", "fr"]) == "the reception"
        assert self.office("the reception", "fr", languages=["en", "fr"]).startswith("le secrétariat")

    def test_each_language_has_its_own(self) -> None:
        both = {"fr": "l’accueil", "en": "the reception"}
        assert [self.office(both, language) for language in LANGUAGES] == list(both.values())

    @pytest.mark.parametrize(
        ("text", "french"),
        [("la vie scolaire", "la vie scolaire"), ('{"fr": "l’accueil", "en": "the reception"}', "l’accueil")],
    )
    def test_a_variable_holds_a_text_or_json(self, text: str, french: str) -> None:
        environ = {"IDP_SERVER__MODE": "development", "IDP_SERVICE__SCHOOL_OFFICE": text}
        assert load_settings(None, environ).service.office("fr") == french

    def test_a_language_that_is_not_written_is_refused(self) -> None:
        with pytest.raises(SettingsFault, match="school_office"):
            self.office({"de": "das Sekretariat"}, "fr")

    @pytest.mark.parametrize("wrong", [3, ["a"], {"fr": 3}])
    def test_a_wrong_value_is_refused_in_words(self, wrong: object) -> None:
        with pytest.raises(SettingsFault, match="school_office"):
            self.office(wrong, "fr")
