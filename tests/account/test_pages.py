"""Mon compte over HTTP: its pages, password confirmation, changes, and notices."""

import pytest
from flask import Flask

from tests.actors.account_holder import notice_subjects, signed_in
from tests.actors.relying_party import RelyingParty
from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import Someone, World
from tests.conftest import Clock

pytestmark = pytest.mark.settings(sms=SMS)
NEW = "Poires-Vertes-1848"
PAGES = (
    "",
    "password",
    "mail",
    "mobile",
    "children",
    "children/join",
    "devices",
    "services",
    "history",
    "security",
    "security/app",
    "data",
    "data/file",
    "data/erasure",
    "history/not-me",
)


@pytest.fixture
def guardian(world: World) -> Someone:
    guardian = world.guardian(username="c.durand")
    world.family(guardian, world.pupil("Léa", birth_date="2014-05-06"))
    return guardian


@pytest.fixture
def claire(app: Flask, guardian: Someone) -> Visitor:
    return signed_in(app, guardian)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_page_without_signing_in(app: Flask, guardian: Someone, page: str) -> None:
    visitor = Visitor(app).opens(f"/account/{page}".rstrip("/"))
    assert visitor.path.endswith("/sign_in")


@pytest.mark.parametrize("page", [page for page in PAGES if page])
def test_each_page_opens_and_leads_to_the_others(claire: Visitor, page: str) -> None:
    claire.opens(f"/account/{page}")
    assert claire.status == 200
    if page != "data/file":
        claire.sees("Mes enfants", "Se déconnecter")


MATTERS = (
    "password",
    "mail",
    "mobile",
    "children",
    "children/join",
    "security",
    "security/app",
    "data/file",
    "data/erasure",
)


@pytest.mark.parametrize("page", MATTERS)
def test_a_sensitive_page_asks_for_the_password_after_five_minutes(
    claire: Visitor, guardian: Someone, clock: Clock, page: str
) -> None:
    clock.advance(301)
    claire.opens(f"/account/{page}").sees("encore une fois")
    claire.fills(password="wrong").sees("S01")
    claire.opens(f"/account/{page}").fills(password=guardian.password)
    assert claire.path == f"/account/{page}"


@pytest.mark.parametrize("page", MATTERS)
def test_no_sensitive_act_succeeds_without_the_password(
    claire: Visitor, guardian: Someone, clock: Clock, page: str
) -> None:
    from tests.pages import fields_of

    form = fields_of(claire.opens("/account/devices").html, having="csrf_token")
    clock.advance(301)
    answer = claire.browser.post(
        f"/account/{page}", data={"csrf_token": form["csrf_token"], "password": NEW, "again": NEW}
    )
    assert answer.status_code == 303 and "/account/confirm" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("then", "arrives"),
    [
        ("https://evil.example", "/account"),
        ("//evil.example/account", "/account"),
        ("/account//evil.example", "/account"),
        ("/account/%5C%5Cevil.example", "/account"),
        ("/accounts", "/account"),
        ("/console/", "/account"),
        ("", "/account"),
        ("/account/devices", "/account/devices"),
    ],
)
def test_the_confirmation_redirects_only_to_own_pages(
    claire: Visitor, guardian: Someone, then: str, arrives: str
) -> None:
    claire.opens(f"/account/confirm?then={then}").fills(password=guardian.password)
    assert claire.path == arrives


class TestPassword:
    def test_a_new_password_ends_the_other_sessions_only(
        self, app: Flask, claire: Visitor, guardian: Someone
    ) -> None:
        phone = signed_in(app, guardian)
        claire.opens("/account/password").fills(password=NEW, again=NEW).sees("Votre mot de passe est changé")
        claire.opens("/account").sees("Mes informations")
        assert phone.opens("/account").path.endswith("/sign_in")
        assert "Votre mot de passe a été changé" in notice_subjects(app)

    def test_the_password_rules_apply_in_mon_compte(self, claire: Visitor) -> None:
        claire.opens("/account/password").fills(password="azerty", again="azerty").sees("A01")
        claire.fills(password=NEW, again=NEW + "!").sees("différents")


class TestMail:
    @pytest.mark.both_engines
    def test_a_new_address_is_confirmed_and_the_old_address_gets_a_notice(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone
    ) -> None:
        claire.opens("/account/mail").fills("act=change", mail="new@example.org").sees("new@example.org")
        assert world.facts(guardian).mail == "claire@example.org", "until the new one is confirmed"
        posted = {mail["to"]: mail for mail in messages(app, "mail")}
        assert set(posted) == {"claire@example.org", "new@example.org"}
        assert "new@" not in str(posted["claire@example.org"]["facts"]), "the old address learns a part only"
        claire.fills("act=code", code=posted["new@example.org"]["facts"]["code"]).sees("Votre adresse est")
        assert world.facts(guardian).mail == "new@example.org"

    def test_the_old_address_can_lock_the_account(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone
    ) -> None:
        claire.opens("/account/mail").fills("act=change", mail="thief@example.org")
        link = next(m for m in messages(app, "mail") if m["to"] == "claire@example.org")["facts"]["link"]
        owner = Visitor(app).opens(link.removeprefix("http://localhost")).sees("Verrouiller mon compte")
        assert world.facts(guardian).state == "active", "opening alone locks nothing"
        owner.fills().sees("Votre compte est verrouillé")
        assert world.facts(guardian).state == "locked"
        assert claire.opens("/account").path.endswith("/sign_in")
        again = Visitor(app).opens(link.removeprefix("http://localhost")).sees("Votre compte est verrouillé")
        assert again.status == 200
        world.set_account(guardian, state="active")
        Visitor(app).opens(link.removeprefix("http://localhost")).sees("A05")

    def test_another_guardians_address_looks_the_same_and_is_never_confirmed(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone
    ) -> None:
        world.guardian("Marc", mail="marc@example.org")
        claire.opens("/account/mail").fills("act=change", mail="MARC@example.org").sees("MARC@example.org")
        mail = next(m for m in messages(app, "mail") if m["to"] == "MARC@example.org")
        assert mail["template"] == "address_taken"
        claire.fills("act=code", code=mail["facts"]["code"]).sees("A06")
        assert world.facts(guardian).mail == "claire@example.org"

    def test_a_child_may_share_a_parents_address(self, app: Flask, world: World, guardian: Someone) -> None:
        child = world.pupil("Tom", username="t.durand")
        tom = signed_in(app, child).opens("/account/mail")
        tom.fills("act=change", mail="claire@example.org")
        mail = messages(app, "mail")[-1]
        assert mail["template"] == "confirm_mail"
        tom.fills("act=code", code=mail["facts"]["code"])
        assert world.facts(child).mail_verified


class TestMobile:
    @pytest.mark.both_engines
    def test_a_number_is_stored_after_its_code(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone
    ) -> None:
        claire.opens("/account/mobile").fills(contact="06 11 22 33 44")
        assert world.facts(guardian).mobile is None
        claire.fills(code="000000").sees("V01")
        claire.fills(code=messages(app, "sms")[-1]["facts"]["code"]).sees("Votre numéro de mobile est changé")
        assert world.facts(guardian).mobile == "+33611223344"
        assert notice_subjects(app) == ["Votre numéro de mobile a changé"]
        claire.opens("/account/mobile").fills("act=remove")
        assert world.facts(guardian).mobile is None

    @pytest.mark.parametrize(
        ("uai", "typed", "stored"),
        [
            ("0990001N", "0692 11 22 33", "+262692112233"),
            ("9740001H", "06 12 34 56 78", "+33612345678"),
            ("9880001A", "75.12.34", "+687751234"),
        ],
    )
    def test_the_territories_of_the_schools_come_first(
        self, app: Flask, world: World, uai: str, typed: str, stored: str
    ) -> None:
        parent = world.guardian("Marc")
        world.family(parent, world.pupil("Zoé", school=world.school(uai)))
        signed_in(app, parent).opens("/account/mobile").fills(contact=typed).sees("Écrivez le code")
        assert messages(app, "sms")[-1]["to"] == stored

    def test_a_landline_gets_no_code(self, app: Flask, claire: Visitor) -> None:
        claire.opens("/account/mobile").fills(contact="01 23 45 67 89").sees("V12", "téléphone fixe")
        claire.opens("/account/mobile").fills(contact="06 12 34 56 7").sees("V09")
        assert messages(app, "sms") == []

    def test_another_accounts_code_stores_no_number(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone
    ) -> None:
        claire.opens("/account/mobile").fills(contact="06 11 22 33 44")
        page = claire.path
        marc = signed_in(app, world.guardian("Marc"))
        assert marc.opens(page).status == 403
        assert world.facts(guardian).mobile is None


class TestDevices:
    def test_a_session_is_ended_and_its_services_are_notified(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone
    ) -> None:
        phone = signed_in(app, guardian)
        registered = world.relying_party(backchannel_logout_uri="https://portail.example/bye")
        tokens = RelyingParty(app, registered, phone.browser)
        access = tokens.tokens()["access_token"]
        from tests.pages import forms_with

        claire.opens("/account/devices").sees("cet appareil")
        forms = forms_with(claire.html, {"sid"})
        assert len(forms) == 2
        for _, fields in forms:
            if "cet appareil" not in claire.html.partition(fields["sid"])[0].rpartition("<li>")[2]:
                claire.browser.post("/account/devices", data=fields)
        assert phone.opens("/account").path.endswith("/sign_in")
        assert tokens.userinfo(access).status_code == 401
        assert claire.opens("/account/devices").status == 200
        assert len(messages(app, "logout_notice")) == 1

    def test_all_other_sessions_are_ended(self, app: Flask, claire: Visitor, guardian: Someone) -> None:
        visitors = [signed_in(app, guardian) for _ in range(3)]
        claire.opens("/account/devices").fills("act=others").sees("Tous les autres appareils")
        assert all(visitor.opens("/account").path.endswith("/sign_in") for visitor in visitors)
        claire.opens("/account").sees("Mes informations")

    def test_nobody_disconnects_another_person(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone
    ) -> None:
        from tests.pages import forms_with

        marc = signed_in(app, world.guardian("Marc"))
        ((_, marcs_form),) = forms_with(marc.opens("/account/devices").html, {"sid"})
        ((_, claires_form),) = forms_with(claire.opens("/account/devices").html, {"sid"})
        answer = claire.browser.post("/account/devices", data={**claires_form, "sid": marcs_form["sid"]})
        assert answer.status_code == 404
        marc.opens("/account").sees("Mes informations")


class TestServices:
    def test_a_service_is_listed_with_its_data_and_withdrawn(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone
    ) -> None:
        portal = RelyingParty(app, world.relying_party(client_name="Portail des familles"), claire.browser)
        tokens = portal.tokens(scope="openid email offline_access ect.scope.portail")
        claire.opens("/account/services").sees(
            "Portail des familles", "votre adresse mail", "vos enfants, leur classe"
        )
        claire.fills().sees("L’accès est retiré")
        assert portal.userinfo(tokens["access_token"]).status_code == 401
        assert portal.refresh(tokens["refresh_token"]).status_code == 400
        claire.opens("/account").sees("Mes informations")

    def test_withdrawing_ends_only_the_persons_own_grants(
        self, app: Flask, world: World, claire: Visitor
    ) -> None:
        registered = world.relying_party()
        marc = RelyingParty(app, registered, signed_in(app, world.guardian("Marc")).browser)
        access = marc.tokens()["access_token"]
        RelyingParty(app, registered, claire.browser).tokens()
        claire.opens("/account/services").fills()
        assert marc.userinfo(access).status_code == 200


class TestHistory:
    def test_the_history_describes_acts_in_plain_words(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone
    ) -> None:
        Visitor(app).opens("/account").fills(profile="responsable").fills(
            username="c.durand", password="wrong"
        )
        signed_in(app, world.guardian("Marc"))
        claire.opens("/account/history").sees("Connexion", "Essai de connexion refusé", "127.0.0.1")
        assert claire.words.count("Connexion depuis") + claire.html.count("<strong>Connexion</strong>") == 1

    @pytest.mark.slow
    def test_older_events_are_on_the_next_page(self, app: Flask, claire: Visitor, guardian: Someone) -> None:
        for _ in range(35):
            signed_in(app, guardian)
        claire.opens("/account/history").follows("Plus ancien").sees("Connexion")
        assert "Plus ancien" not in claire.html
        claire.opens("/account/history?before=x").opens("/account/history?before=" + "9" * 30)
        assert claire.status == 200


def test_the_chosen_language_is_stored_for_mails(
    app: Flask, world: World, claire: Visitor, guardian: Someone
) -> None:
    from tests.pages import forms_with

    ((_, form),) = forms_with(claire.opens("/account").html, {"language"})
    claire.browser.post("/language", data={**form, "language": "en"})
    assert world.facts(guardian).language == "en"
    claire.opens("/account").sees("My information")
