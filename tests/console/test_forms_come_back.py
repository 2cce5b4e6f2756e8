"""A refused form is shown with its values, and names each fault by its field (WCAG 2.2 §3.3.1, §3.3.7)."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock
from tests.console.conftest import UAI, sends_files
from tests.pages import forms_with

HERE = f"/console/school/{UAI}"
ACADEMY = "/console/academy"


def filled(page: Visitor, *names: str) -> dict[str, object]:
    """The fields of the form that has all of `names`, as they stand on the page."""
    (_, fields), *_ = forms_with(page.html, set(names))
    return fields


def at_fault(page: Visitor) -> set[str]:
    """The ids of the fields that are marked as wrong."""
    return set(re.findall(r'id="([\w-]+)"[^>]*aria-invalid="true"', page.html))


def refusal_of(page: Visitor) -> str:
    match = re.search(r'id="refusal">(.*?)</div>', page.html, re.DOTALL)
    return match[1] if match else ""


class TestDelegation:
    @pytest.fixture
    def page(self, contextless: World, at_console: Callable[[Someone], Visitor], head: Someone) -> Visitor:
        contextless.staff("Anne", "Roy", "delegate")
        self.ida = contextless.staff("Ida", "Weil", "delegate")
        contextless.pupil("Léa", "Durand", "6 A")
        contextless.pupil("Tom", "Petit", "5 B")
        return at_console(head).opens(f"{HERE}/delegations")

    @pytest.mark.parametrize(
        ("since", "until", "wrong"),
        [
            ("", "2026-12-20", {"since"}),
            ("2026-12-02", "", {"until"}),
            ("", "", {"since", "until"}),
            ("2026-12-20", "2026-12-02", set()),
            ("02/12/2026", "2026-12-20", {"since"}),
        ],
    )
    def test_keeps_its_class_its_days_and_its_colleague(
        self, page: Visitor, since: str, until: str, wrong: set[str]
    ) -> None:
        fields = filled(page, "since") | {
            "scope": "classes",
            "class": ["5 B"],
            "kind": ["guardian"],
            "person": str(self.ida.person),
            "since": since,
            "until": until,
            "act": "lend",
        }
        page._arrive(page.browser.post(page.path, data=fields))
        assert page.status == 422 and at_fault(page) == wrong
        again = filled(page, "since")
        assert (again["scope"], again["class"], again["kind"]) == ("classes", "5 B", "guardian")
        assert (again["since"], again["until"], again["person"]) == (since, until, str(self.ida.person))
        for name, label in (("since", "Du"), ("until", "Au (compris)")):
            assert (
                f">Vérifiez ce champ : {label}" in refusal_of(page) or f", {label}" in refusal_of(page)
            ) == (name in wrong)

    def test_a_missing_tick_never_lends_the_whole_school(self, page: Visitor) -> None:
        page.fills("act=lend", scope="classes", since="2026-12-02", until="2026-12-20")
        assert page.status == 422 and "Classes" in refusal_of(page)
        assert filled(page, "since")["scope"] == "classes"
        assert page.opens(page.path).html.count("Reprendre") == 0


def test_a_campaign_keeps_its_kinds_its_day_and_its_reason(
    at_console: Callable[[Someone], Visitor], head: Someone
) -> None:
    page = (
        at_console(head)
        .opens(f"{HERE}/renewal")
        .fills("act=ask", kind="guardian", changed_before="", reason="Un mot de passe a circulé")
    )
    assert page.status == 422 and at_fault(page) == {"changed_before"}
    again = filled(page, "changed_before")
    assert (again["kind"], again["reason"]) == ("guardian", "Un mot de passe a circulé")
    page.fills("act=ask", kind="guardian", changed_before="2026-11-01", reason="")
    assert page.status == 422 and at_fault(page) == {"reason"}
    assert filled(page, "reason")["changed_before"] == "2026-11-01"


class TestAcademy:
    @pytest.fixture
    def admin(self, contextless: World, at_console: Callable[[Someone], Visitor]) -> Visitor:
        return at_console(worker_of(contextless, "academy_administrator"))

    def test_a_token_names_each_wrong_field(self, admin: Visitor) -> None:
        page = admin.opens(f"{ACADEMY}/tokens").fills("act=make", label="Éditeur", days="91", uses="0")
        assert page.status == 422 and at_fault(page) == {"days", "uses"}
        assert "Valable combien de jours" in refusal_of(page) and "Pour combien de services" in refusal_of(
            page
        )
        assert {"label": "Éditeur", "days": "91", "uses": "0"}.items() <= filled(page, "label").items()

    def test_a_member_of_staff_keeps_name_mail_and_role(self, admin: Visitor) -> None:
        typed = {
            "first_name": "Anne",
            "family_name": "",
            "mail": "a@example.org",
            "role": "secretary",
            "uai": UAI,
        }
        page = admin.opens(f"{ACADEMY}/administrators").fills("act=add", **typed)
        assert page.status == 422 and at_fault(page) == {"family_name"}
        assert typed.items() <= filled(page, "first_name").items()

    def test_a_school_keeps_its_name(self, admin: Visitor) -> None:
        typed = {"uai": "not one", "name": "Collège des Ormes", "office": "l’accueil"}
        page = admin.opens(ACADEMY).fills("act=school", **typed)
        assert page.status == 422 and at_fault(page) == {"uai"}
        assert typed.items() <= filled(page, "office").items()

    def test_a_service_that_somebody_else_has_changed_keeps_what_was_typed(
        self, app: Flask, contextless: World, admin: Visitor
    ) -> None:
        client = contextless.relying_party()
        path = f"{ACADEMY}/services/{client.client_id}/edit"
        admin.opens(path)
        second_tab = Visitor(app, admin.browser).opens(path)
        admin.fills("act=save", client_name="Cantine bleue")
        second_tab.fills("act=save", client_name="Cantine rouge", owner="Ida")
        assert second_tab.status == 409
        again = filled(second_tab, "client_name")
        assert (again["client_name"], again["owner"]) == ("Cantine rouge", "Ida")
        second_tab.sees("Cantine bleue")

    def test_a_hold_keeps_its_days(self, contextless: World, admin: Visitor) -> None:
        guardian = contextless.guardian()
        page = admin.opens(f"{ACADEMY}/people/{guardian.account}/data").fills(
            "act=hold", days="90", reason=""
        )
        assert page.status == 422 and filled(page, "days")["days"] == "90"


CSV = "Nom;Prénom;Né le;Classe\nDurand;Léa;14/03/2015;6 A\nPetit;Tom;02/01/2014;5 B\n"


def test_the_columns_of_an_import_stay_as_they_were_chosen(
    app: Flask, at_console: Callable[[Someone], Visitor], head: Someone, work: Callable[[], None]
) -> None:
    import io

    page = sends_files(at_console(head), f"{HERE}/imports", (io.BytesIO(CSV.encode()), "base.csv"))
    work()
    page.opens(page.path)
    fields = filled(page, "field")
    chosen = ["PRENOM", "PRENOM", "", "CLASSE"]
    page._arrive(page.browser.post(page.path, data=fields | {"field": chosen, "act": "columns"}))
    assert page.status == 422
    selected = re.findall(r'<select name="field".*?</select>', page.html, re.DOTALL)
    shown = [(re.search(r'value="([^"]*)" selected', select) or [None, ""])[1] for select in selected]
    assert shown == chosen


class TestALoginInBetween:
    """A long form outlives the password's five minutes, or the session: nothing of it is typed a second time."""

    SERVICE = {"client_name": "Cantine", "redirect_uris": "https://cantine.example/cb", "owner": "Ida"}

    @pytest.fixture
    def admin(self, contextless: World, at_console: Callable[[Someone], Visitor]) -> Visitor:
        self.someone = worker_of(contextless, "academy_administrator")
        return at_console(self.someone).opens(f"{ACADEMY}/services/new")

    def came_back(self, page: Visitor) -> None:
        page.sees("Votre texte est revenu")
        assert self.SERVICE.items() <= filled(page, "client_name").items()

    def test_the_password_again(self, app: Flask, admin: Visitor, clock: Clock) -> None:
        clock.advance(400)
        admin.fills("act=register", **self.SERVICE).sees("Confirmez que c’est vous")
        admin.fills(password=self.someone.password)
        assert admin.path == f"{ACADEMY}/services/new"
        self.came_back(admin)
        self.came_back(admin.opens(admin.path))
        admin.fills("act=register").sees("client_secret")
        assert "Votre texte est revenu" not in admin.opens(f"{ACADEMY}/services/new").html

    def test_another_login(self, app: Flask, admin: Visitor, clock: Clock) -> None:
        clock.advance(1801)
        admin.fills("act=register", **self.SERVICE)
        admin.fills(username=self.someone.username, password=self.someone.password)
        self.came_back(admin.opens(f"{ACADEMY}/services/new"))

    def test_a_stored_form_belongs_to_its_person(
        self, app: Flask, contextless: World, admin: Visitor, clock: Clock
    ) -> None:
        clock.advance(1801)
        admin.fills("act=register", **self.SERVICE)
        second_admin = worker_of(contextless, "academy_administrator")
        admin.fills(username=second_admin.username, password=second_admin.password)
        page = admin.opens(f"{ACADEMY}/services/new")
        assert "Votre texte est revenu" not in page.html and "Cantine" not in page.html

    def test_a_typed_password_does_not_come_back(self, app: Flask, contextless: World, clock: Clock) -> None:
        someone = contextless.guardian()
        page = Visitor(app).opens("/account").fills("profile=responsable")
        page.fills(username=someone.username, password=someone.password).opens("/account/children/join")
        clock.advance(400)
        page.fills(username="c.durand2", password="Jamais-Gardé-1515")
        page.fills(password=someone.password)
        page.opens("/account/children/join").sees("Votre texte est revenu", 'value="c.durand2"')
        assert "Jamais-Gardé" not in page.html
