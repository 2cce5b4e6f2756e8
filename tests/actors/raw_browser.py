"""A browser that follows nothing by itself."""

from flask import Flask
from flask.testing import FlaskClient

from tests.actors.visitor import Visitor
from tests.actors.world import Someone


def raw_browser(app: Flask) -> FlaskClient:
    """A browser that follows nothing by itself, with a page read: it has the cookie and the token."""
    return FlaskClient(app, app.response_class)


def signed_in_here(app: Flask, someone: Someone, profile: str) -> FlaskClient:
    browser = raw_browser(app)
    visitor = Visitor(app, browser)
    path = "/console/" if profile == "personnel" else "/account"
    visitor.opens(path)
    visitor.fills(username=someone.username, password=someone.password)
    assert visitor.status == 200
    return browser
