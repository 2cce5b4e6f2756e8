"""Drafts: the text of a form is shown again after a refusal, and after a login in between."""

import re
from datetime import UTC, datetime

import pytest

from clients import dates
from tests.actors.person import Person
from tests.clients.conftest import FATHER, MOTHER, ZOE, LogIn, Service
from tests.clients.outside import OutsideProvider
from tests.clients.pressing import press

REASONS = {"reasons": "Elle aime le bois.\nBeaucoup."}
WISHES = {"first_wish": "CAP", "second_wish": "Aucun"}


def session_ends(service: Service) -> None:
    """As a logout at the provider does."""
    with service.app.app_context():
        store = service.app.extensions["store"]
        store.db.execute("UPDATE sessions SET ended_at = 1")


def chosen(someone: Person) -> list[str]:
    """The values of the radio buttons that are on."""
    return re.findall(r'type="radio" name="\w+" value="([^"]*)"[^>]* checked', someone.html)


def without_token(html: str) -> str:
    """A page without its CSRF tokens, which contain the second of their making."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", html)


class TestOrientation:
    @pytest.fixture
    def address(self, teleservices: Service) -> str:
        return f"{teleservices.address}/orientation/{ZOE['sub']}"

    @pytest.fixture
    def mother(self, teleservices: Service, logs_in: LogIn, address: str) -> Person:
        """At the second step."""
        return logs_in(teleservices, MOTHER).opens(f"{address}/1").fills(**WISHES).sees("Votre message")

    def test_a_text_survives_a_login_in_between(
        self, teleservices: Service, mother: Person, address: str
    ) -> None:
        session_ends(teleservices)
        mother.fills(**REASONS).sees("Votre session a été fermée").follows("Se connecter avec EduConnect")
        assert mother.address == f"{address}/2?draft=1"
        mother.sees("Il n’est pas encore enregistré", "Elle aime le bois.\nBeaucoup.")
        assert teleservices.rows("filings") == []
        mother.fills(**REASONS).sees("Relisez vos réponses", "Elle aime le bois.")
        mother.page = press(mother, "Envoyer")
        mother.sees("C’est enregistré")
        assert len(teleservices.rows("filings")) == 1 and teleservices.rows("drafts") == []
        mother.opens(f"{address}/2?draft=1")
        assert "pas encore enregistré" not in mother.html

    def test_nobody_else_finds_it(
        self, teleservices: Service, mother: Person, address: str, provider: OutsideProvider
    ) -> None:
        session_ends(teleservices)
        provider.person = FATHER
        mother.fills(**REASONS).follows("Se connecter avec EduConnect").sees("Marc Martin")
        assert mother.address == f"{address}/2?draft=1" and "Elle aime" not in mother.html

    def test_a_refused_form_can_be_reloaded_and_come_back_to(
        self, teleservices: Service, mother: Person, address: str
    ) -> None:
        mother.opens(f"{address}/1").fills(first_wish="", second_wish="CAP")
        mother.sees("Premier vœu : répondez à cette question")
        assert mother.page is not None and [redirect.status_code for redirect in mother.page.history] == [303]
        assert chosen(mother) == ["CAP"]
        shown = without_token(mother.html)
        mother.opens(mother.address)
        assert without_token(mother.html) == shown
        mother.opens(f"{address}/1")
        assert chosen(mother) == ["CAP", "Aucun"], "without its draft the page shows what is saved"


def test_a_page_of_ones_own_survives_a_login_and_is_added_once(icart: Service, logs_in: LogIn) -> None:
    mother = logs_in(icart, MOTHER).opens(f"{icart.address}/pages/new")
    session_ends(icart)
    mother.fills(name="Cantine", body="lundi : pâtes").follows("Élève et parent (responsable légal)")
    mother.sees('value="Cantine"', "lundi : pâtes")
    page = mother.page
    mother.fills(name="Cantine", body="lundi : pâtes").sees("« Cantine » est enregistré")
    mother.page = page
    mother.fills(name="Cantine", body="lundi : pâtes")
    assert [row["name"] for row in icart.rows("notes")] == ["Cantine"]


def test_a_button_without_a_page_of_its_own_leads_home(icart: Service, logs_in: LogIn) -> None:
    mother = logs_in(icart, MOTHER).opens(f"{icart.address}/apps")
    session_ends(icart)
    mother.fills(keep="1").follows("Élève et parent (responsable légal)")
    assert mother.address.rstrip("/") == icart.address and icart.rows("drafts") == []


def test_the_clients_have_the_schools_days() -> None:
    late = int(datetime(2026, 12, 1, 23, 30, tzinfo=UTC).timestamp())
    assert dates.day_of(late).isoformat() == "2026-12-02"
