"""A browser without cookies gets an explanation on every page that it can reach."""

import pytest
from flask import Flask

from tests.actors.world import World
from tests.pages import forms_with


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Autorisez les cookies"), ("en", "Allow this site’s cookies")]
)
def test_a_login_without_cookies_explains_the_settings(
    app: Flask, world: World, language: str, words: str
) -> None:
    browser = app.test_client(use_cookies=False)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    page = browser.get("/account", follow_redirects=True)
    assert "R02" in page.text and words in page.text


@pytest.mark.parametrize("path", ["/recovery/password", "/recovery/username", "/device"])
@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Autorisez les cookies"), ("en", "Allow this site’s cookies")]
)
def test_a_form_without_cookies_explains_the_settings(
    app: Flask, language: str, words: str, path: str
) -> None:
    browser = app.test_client(use_cookies=False)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    form = [
        fields for _, fields in forms_with(browser.get(path).text, {"csrf_token"}) if "language" not in fields
    ]
    page = browser.post(path, data=form[0], follow_redirects=True)
    assert "R03" in page.text and words in page.text, page.text
