"""A service's request by form is answered at once, whatever its fields are called: a stored page could not be shown at its address."""

import pytest
from flask import Flask

from tests.actors.cas_service import URL, registered
from tests.actors.relying_party import signed_in_browser
from tests.actors.world import World
from tests.pages import fields_of

ASKED = {
    "/authorize": {"client_id": "nobody", "response_type": "code", "redirect_uri": "https://rp.example/cb"},
    "/cas/login": {"service": "https://unknown.example/"},
}


@pytest.mark.parametrize("path", ASKED)
def test_a_field_with_the_name_of_our_token_changes_nothing(world: World, path: str) -> None:
    browser = signed_in_browser(world, world.guardian())
    token = fields_of(browser.get("/help").text, having="csrf_token")["csrf_token"]
    answer = browser.post(path, data={**ASKED[path], "csrf_token": token})
    assert answer.status_code == 400 and "P01" in answer.text
    assert "answer=" not in answer.headers.get("Location", "")


def test_the_ticket_of_a_form_is_answered_at_once_too(world: World, app: Flask) -> None:
    registered(world)
    browser = signed_in_browser(world, world.guardian())
    token = fields_of(browser.get("/help").text, having="csrf_token")["csrf_token"]
    answer = browser.post("/cas/login", data={"service": URL, "method": "POST", "csrf_token": token})
    assert answer.status_code == 200 and fields_of(answer.text)["ticket"].startswith("ST-")


@pytest.mark.parametrize("path", ASKED)
def test_a_parameter_with_the_name_of_ours_shows_no_stored_page(world: World, path: str) -> None:
    browser = signed_in_browser(world, world.guardian())
    answer = browser.get(path, query_string={**ASKED[path], "answer": "x"})
    assert answer.status_code == 400 and "P01" in answer.text
