"""No-break spaces of the demonstration clients' French, in sentences of templates and of the code."""

import pytest
from flask import render_template_string

from clients.languages import french
from tests.clients.conftest import PUPIL, LogIn, Service


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Téléphone : ce numéro", "Téléphone\u00a0: ce numéro"),
        ("« Devoirs » est enregistré.", "«\u00a0Devoirs\u00a0» est enregistré."),
        ("à 10:30, https://a.example/?b", "à 10:30, https://a.example/?b"),
    ],
)
def test_signs_have_no_break_spaces(written: str, shown: str) -> None:
    assert french(written) == shown


def test_values_in_a_template_stay_as_they_are(icart: Service) -> None:
    with icart.app.test_request_context():
        assert (
            render_template_string("{{ _('Titre : %(name)s !', name='a : b') }}")
            == "Titre\u00a0: a : b\u00a0!"
        )


def test_pages_have_no_break_spaces_in_texts_of_template_and_code(icart: Service, logs_in: LogIn) -> None:
    someone = logs_in(icart, PUPIL)
    for path, text in (
        ("services", "d’un responsable\u00a0: demandez"),
        ("departement", "Cantine\u00a0: une aide"),
    ):
        page = someone.opens(f"{icart.address}/{path}").page
        assert page is not None and text in page.text
