"""What a school shows: its office, its note for families, its name, logo and colours."""

import io
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask, g
from sqlalchemy import select

from idp.audit.storage.tables import AuditRecord
from idp.database.engine import reading
from idp.runtime.context import day_of
from idp.schools import appearance
from idp.schools.of_page import belongs_to
from idp.schools.rules.appearance import LONGEST_NOTE
from idp.web import languages
from tests.actors.account_holder import signed_in
from tests.actors.console_staff import worker_of
from tests.actors.pictures import png
from tests.actors.relying_party import challenge
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock
from tests.pages import fields_of

UAI, OTHER = "0990001N", "0990002P"
PAGE = f"/console/school/{UAI}/our-school"
PHONE = "05 46 97 00 12"


@pytest.fixture
def office(at_console: Callable[[Someone], Visitor], contextless: World) -> Visitor:
    """The secretary of the school."""
    return at_console(contextless.staff("Nadia", "Roussel", "secretary"))


@pytest.fixture
def family(app: Flask, contextless: World) -> Someone:
    guardian = contextless.guardian("Claire", "Durand")
    contextless.family(guardian, contextless.pupil("Léa"))
    return guardian


def sends_brand(
    visitor: Visitor, path: str = PAGE, logo: tuple[bytes, str] | None = None, **fields: str
) -> Visitor:
    hidden = fields_of(visitor.opens(path).html, having="brand_name")
    data = {**hidden, "act": "brand", **fields, **({"logo": (io.BytesIO(logo[0]), logo[1])} if logo else {})}
    return visitor._arrive(visitor.browser.post(path, data=data, content_type="multipart/form-data"))


def service_page(app: Flask, contextless: World, schools: list[str]) -> Visitor:
    """The first page of a login at a service for these schools."""
    registered = contextless.relying_party(client_name="Cantine", accepted_schools=schools)
    query = {
        "client_id": registered.client_id,
        "redirect_uri": "https://portail.example/cb",
        "response_type": "code",
        "scope": "openid",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }
    return Visitor(app).opens(f"/authorize?{urlencode(query)}")


class TestOffice:
    def test_its_contact_stands_where_a_page_sends_families_to_it(
        self, app: Flask, office: Visitor, family: Someone
    ) -> None:
        office.opens(PAGE).fills(
            press="act=office", office_phone=PHONE, office_hours="lundi à vendredi, 8 h – 17 h",
            office_mail="secretariat@tilleuls.example", office_address="1 rue des Tilleuls, 99110 Valmoret",
        )  # fmt: skip
        assert office.sees("Les coordonnées sont enregistrées.", PHONE).status == 200
        shown = signed_in(app, family).words
        assert f"Collège des Tilleuls, {PHONE}, lundi à vendredi" in " ".join(shown.split())
        assert PHONE not in Visitor(app).opens("/recovery/password").html

    def test_a_family_of_two_schools_is_sent_to_neither_by_guess(
        self, app: Flask, office: Visitor, family: Someone, contextless: World
    ) -> None:
        nearby = contextless.school(OTHER, "Collège de la Roselière")
        contextless.family(family, contextless.pupil("Tom", school=nearby))
        office.opens(PAGE).fills(press="act=office", office_phone=PHONE, office_hours="8 h – 17 h")
        assert PHONE not in signed_in(app, family).html

    def test_a_refusal_of_one_school_says_its_telephone(self, app: Flask, office: Visitor) -> None:
        office.opens(PAGE).fills(press="act=office", office_phone=PHONE, office_hours="8 h – 17 h")
        with app.test_request_context("/"):
            belongs_to(lambda: (UAI,))
            assert PHONE in languages.fill("Contactez %(office)s.")
        with app.test_request_context("/"):
            g.unbranded = True
            belongs_to(lambda: (UAI,))
            assert PHONE not in languages.fill("Contactez %(office)s.")

    @pytest.mark.parametrize(
        ("field", "text"),
        [
            ("office_phone", "appelez"),
            ("office_phone", "0" * 41),
            ("office_mail", "pas une adresse"),
            ("office_hours", "h" * 201),
        ],
    )
    def test_what_cannot_be_used_is_named(self, office: Visitor, field: str, text: str) -> None:
        refused = office.opens(PAGE).fills(press="act=office", **{field: text})
        assert refused.status == 422 and "K08" in refused.html
        assert re.search(rf'id="{field}"[^>]*aria-invalid', refused.html)

    def test_the_columns_are_those_that_letters_read(self, app: Flask, office: Visitor) -> None:
        office.opens(PAGE).fills(
            press="act=office", office_phone=PHONE, office_hours="8 h", office_mail="a@b.example"
        )
        with app.app_context():
            row = (
                reading()
                .exec_driver_sql(
                    f"SELECT office_phone, office_hours, office_mail FROM schools WHERE uai = '{UAI}'"
                )
                .one()
            )
        assert tuple(row) == (PHONE, "8 h", "a@b.example")

    def test_a_pasted_address_is_one_that_people_can_write_to(self, app: Flask, office: Visitor) -> None:
        pasted = {"a@b.example\u200b": "a@b.example", "a@\u00e9cole.example": "a@école.example"}
        for typed, shown in pasted.items():
            office.opens(PAGE).fills(press="act=office", office_mail=typed)
            with app.app_context():
                assert appearance.of_school(UAI).office.mail == shown


class TestNote:
    TEXT = "Réunion le 12 :\n<b>18 h</b>, au réfectoire."

    def writes(
        self, office: Visitor, clock: Clock, app: Flask, first: int = 0, last: int = 3, **more: str
    ) -> Visitor:
        with app.app_context():
            since, until = (day_of(clock() + days * 86400).isoformat() for days in (first, last))
        return office.opens(PAGE).fills(press="act=note", text=self.TEXT, since=since, until=until, **more)

    def test_families_read_it_as_plain_text_from_its_first_day_to_its_last(
        self, app: Flask, office: Visitor, family: Someone, clock: Clock
    ) -> None:
        self.writes(office, clock, app, 1, 2).sees("à venir")
        assert "Réunion" not in signed_in(app, family).html
        clock.advance(86400)
        page = signed_in(app, family).html
        assert "Collège des Tilleuls" in page and "&lt;b&gt;18 h&lt;/b&gt;" in page and "<b>18" not in page
        clock.advance(2 * 86400)
        assert "Réunion" not in signed_in(app, family).html

    def test_it_is_in_english_where_the_school_has_written_it_so(
        self, app: Flask, office: Visitor, family: Someone, clock: Clock
    ) -> None:
        self.writes(office, clock, app, text_en="Meeting on the 12th")
        visitor = signed_in(app, family)
        visitor.browser.get("/account", headers={"Accept-Language": "en"})
        english = visitor.browser.get("/account", headers={"Accept-Language": "en"}).text
        assert "Meeting on the 12th" in english and "Réunion" not in english

    def test_the_sign_in_page_shows_it_for_a_service_of_this_school_and_for_its_letters(
        self, app: Flask, office: Visitor, contextless: World, clock: Clock
    ) -> None:
        contextless.school(OTHER, "Collège de la Roselière")
        self.writes(office, clock, app)
        assert "Réunion" in service_page(app, contextless, [UAI]).html
        assert "Réunion" not in service_page(app, contextless, [OTHER]).html
        assert "Réunion" not in service_page(app, contextless, [UAI, OTHER]).html
        assert "Réunion" in Visitor(app).opens(f"/start?profil=eleve&etab={UAI}").html
        for query in ("", f"&etab={OTHER}", "&etab=0990001Z", "&etab=%27"):
            assert "Réunion" not in Visitor(app).opens(f"/start?profil=eleve{query}").html

    def test_the_academys_is_for_everybody(
        self, app: Flask, at_console: Callable[[Someone], Visitor], academy: Someone, clock: Clock
    ) -> None:
        admin = at_console(academy).opens("/console/academy/appearance")
        with app.app_context():
            today = day_of(clock()).isoformat()
        admin.fills(press="act=note", text="Travaux samedi", since=today, until=today)
        assert "Travaux samedi" in Visitor(app).opens("/start?profil=eleve").html

    def test_it_can_be_taken_back_and_every_act_is_on_record(
        self, app: Flask, office: Visitor, family: Someone, clock: Clock
    ) -> None:
        self.writes(office, clock, app)
        office.opens(PAGE).fills(press="act=end_note").sees("La note est retirée.")
        assert "Réunion" not in signed_in(app, family).html
        with app.app_context():
            rows = (
                reading()
                .execute(
                    select(AuditRecord.act, AuditRecord.detail)
                    .where(AuditRecord.act.startswith("school."))
                    .order_by(AuditRecord.id)
                )
                .all()
            )
        assert [row.act for row in rows] == ["school.note", "school.note_ended"]
        assert "Réunion" in rows[0].detail

    @pytest.mark.parametrize("wrong", ["long", "backwards", "over", "too long a time"])
    def test_what_cannot_be_shown_is_refused(
        self, app: Flask, office: Visitor, clock: Clock, wrong: str
    ) -> None:
        days = {"long": (0, 1), "backwards": (3, 1), "over": (-5, -1), "too long a time": (0, 400)}[wrong]
        more = {"text_en": "x" * (LONGEST_NOTE + 1)} if wrong == "long" else {}
        assert self.writes(office, clock, app, *days, **more).status == 422

    def test_a_delegate_and_another_school_may_not_write_it(
        self, at_console: Callable[[Someone], Visitor], contextless: World, head: Someone
    ) -> None:
        contextless.school(OTHER, "Collège de la Roselière")
        teacher = at_console(contextless.staff("Yann", "Darcy", "teacher"))
        assert teacher.opens(PAGE).status == 403
        director = at_console(head)
        assert director.opens(PAGE).status == 200
        assert director.opens(f"/console/school/{OTHER}/our-school").status == 403
        assert director.opens("/console/academy/appearance").status == 403


class TestBrand:
    def test_pages_of_its_people_have_its_name_logo_and_colours(
        self, app: Flask, office: Visitor, family: Someone
    ) -> None:
        fields = {"accent_from": "own", "accent": "#7a1f5c", "tint_from": "own", "tint": "#fbf5f8"}
        sends_brand(
            office, logo=(png(), "logo.png"), brand_name="Collège des Tilleuls – EduConnect", **fields
        )
        response = signed_in(app, family).page
        assert response is not None
        assert "Collège des Tilleuls – EduConnect</a>" in response.text
        style = re.findall(r"<style>(.*?)</style>", response.text, flags=re.DOTALL)[1]
        assert "--accent:#7a1f5c" in style and "--paper:#fbf5f8" in style
        assert appearance_source(app) in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        (address,) = re.findall(r'<img class="logo" src="([^"]+)"', response.text)
        picture = app.test_client().get(address)
        assert picture.data == png() and picture.mimetype == "image/png"
        assert "immutable" in picture.headers["Cache-Control"]
        assert picture.headers["X-Content-Type-Options"] == "nosniff"
        assert "7a1f5c" not in Visitor(app).opens("/").page.text  # type: ignore[union-attr]

    def test_the_sign_in_page_of_its_service_has_it(
        self, app: Flask, office: Visitor, contextless: World
    ) -> None:
        contextless.school(OTHER, "Collège de la Roselière")
        sends_brand(office, accent_from="own", accent="#7a1f5c")
        assert "7a1f5c" in service_page(app, contextless, [UAI]).page.text  # type: ignore[union-attr]
        assert "7a1f5c" not in service_page(app, contextless, [OTHER]).page.text  # type: ignore[union-attr]

    def test_a_colour_that_cannot_be_read_offers_the_nearest_that_can(
        self, app: Flask, office: Visitor
    ) -> None:
        refused = sends_brand(office, accent_from="own", accent="#ff9900", brand_name="Tilleuls")
        assert refused.status == 422 and "K40" in refused.html
        (nearest,) = re.findall(r'name="nearest_accent" value="(#[0-9a-f]{6})"', refused.html)
        refused.fills(press="act=brand", nearest_accent=nearest).sees("sont enregistrés")
        with app.app_context():
            shown = appearance.brand_for(UAI)
        assert (shown.name, shown.accent) == ("Tilleuls", nearest)
        assert sends_brand(office, tint_from="own", tint="#223344").sees("K41").status == 422

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "logo.png"),
            (png(filler=100_001), "large.png"),
            (png(30_000, 30_000), "bomb.png"),
            (b"GIF89a" + bytes(40), "logo.gif"),
            (b"", "empty.png"),
        ],
    )
    def test_what_is_no_small_picture_is_refused(self, office: Visitor, content: bytes, name: str) -> None:
        refused = sends_brand(office, logo=(content, name))
        assert refused.status == 422 and "K42" in refused.html

    def test_a_logo_stays_until_it_is_taken_away_and_then_it_is_gone(
        self, app: Flask, office: Visitor
    ) -> None:
        sends_brand(office, logo=(png(), "logo.png"))
        sends_brand(office, brand_name="Tilleuls")
        with app.app_context():
            digest = appearance.brand_for(UAI).logo
        assert app.test_client().get(f"/brand/{digest}").status_code == 200
        sends_brand(office, no_logo="1")
        assert app.test_client().get(f"/brand/{digest}").status_code == 404
        assert app.test_client().get("/brand/../secret").status_code == 404

    def test_a_school_that_has_chosen_nothing_looks_like_the_academy(
        self, app: Flask, at_console: Callable[[Someone], Visitor], academy: Someone, contextless: World
    ) -> None:
        contextless.school()
        sends_brand(at_console(academy), "/console/academy/appearance", accent_from="own", accent="#3b2a7a")
        with app.app_context():
            assert appearance.brand_for(UAI).accent == appearance.brand_for(None).accent == "#3b2a7a"


def appearance_source(app: Flask) -> str:
    with app.app_context():
        return appearance.brand_for(UAI).source


@pytest.fixture
def academy(contextless: World) -> Someone:
    return worker_of(contextless, "academy_administrator")
