"""Every label that a refusal quotes exists: as a link, or on the same page."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask, url_for
from werkzeug.routing import BuildError

from idp.refusals import CATALOGUE, Refusal
from idp.web import errors
from idp.web.typography import with_no_break_spaces
from tests.actors.visitor import SMS, Visitor
from tests.actors.world import World

ROOT = Path(__file__).parent.parent.parent
QUOTED = re.compile(r"« ?(.*?) ?»")
FACTS = {name: "x" for name in ("minutes", "names", "name", "field", "fields", "given", "missing", "number")}
ON_THE_PAGE = {
    "K05": "console/settle.html",
    "K26": "console/import.html",
    "S07": "signin/other_account.html",
}
"""The refusal is shown on this page, which has what it speaks of."""

BUTTONS = {"S07": "Se connecter avec un autre compte"}
"""What is chosen on that page, where the sentence does not quote it."""

NO_PAGE = {
    "K23": "a format in the windows of a spreadsheet",
    "K35": "another person's own pages, which nobody else can open",
}
english = {
    message.id: message.string
    for message in read_po(io.BytesIO((ROOT / "idp/translations/en/LC_MESSAGES/messages.po").read_bytes()))
    if isinstance(message.id, str)
}


def quoting() -> list[str]:
    return [code for code, refusal in CATALOGUE.items() if QUOTED.search(refusal.sentence)]


def test_the_catalogue_quotes_labels() -> None:
    assert len(quoting()) >= 9


@pytest.mark.parametrize("code", quoting())
def test_every_quoted_label_exists(code: str) -> None:
    if code in NO_PAGE:
        return
    refusal = CATALOGUE[code]
    labels = {link.label for link in refusal.links}
    for name in QUOTED.findall(refusal.sentence):
        if code in ON_THE_PAGE:
            assert name in (ROOT / "idp/templates" / ON_THE_PAGE[code]).read_text(encoding="utf-8")
        else:
            assert name in labels
            assert f"“{english[name]}”" in english[refusal.sentence], "the English names the English link"


@pytest.mark.parametrize(
    "code", [c for c, refusal in CATALOGUE.items() if "onnectez-vous" in refusal.sentence]
)
def test_a_refusal_that_asks_to_sign_in_has_a_link_there(code: str) -> None:
    if code in BUTTONS:
        assert BUTTONS[code] in (ROOT / "idp/templates" / ON_THE_PAGE[code]).read_text(encoding="utf-8")
    else:
        assert CATALOGUE[code].links


@pytest.mark.parametrize("code", [code for code, refusal in CATALOGUE.items() if refusal.links])
@pytest.mark.settings(sms=SMS)
def test_each_link_is_on_the_page_and_leads_somewhere(app: Flask, code: str) -> None:
    at = "/console/school/0990001N/people" if code.startswith("K") else "/"
    with app.test_request_context(at):
        html = errors.show(Refusal(code, **FACTS)).get_data(as_text=True)
        for link in CATALOGUE[code].links:
            try:
                address = url_for(link.page)
            except BuildError:
                address = url_for(link.page, uai="0990001N")
            assert f'href="{address}">{with_no_break_spaces(link.label)}</a>' in html
            assert app.url_map.bind("localhost").match(address, "GET")


@pytest.mark.settings(sms=SMS)
def test_a_named_page_has_that_title(app: Flask, contextless: World) -> None:
    for page, name in (
        ("/recovery/password", "Mot de passe perdu"),
        ("/recovery/username", "Identifiant perdu"),
        ("/activation", "Je n’ai pas de compte"),
    ):
        assert f"<h1>{name}</h1>" in Visitor(app).opens(page).html


def test_without_a_gateway_no_link_leads_to_the_way_by_sms(app: Flask) -> None:
    with app.test_request_context("/"):
        assert "/activation" not in errors.show(Refusal("S03")).get_data(as_text=True)


def test_a_console_link_without_its_school_is_left_out(app: Flask) -> None:
    with app.test_request_context("/console/academy"):
        assert errors.show(Refusal("K02")).status_code == 404
