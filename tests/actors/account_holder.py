"""Somebody at the pages of their own account."""

from flask import Flask

from idp.signin.authentication import sign_in
from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone


def signed_in(app: Flask, someone: Someone) -> Visitor:
    """A browser with a live session, made by the function that the sign-in page calls: the page is tests/signin's subject."""
    visitor = Visitor(app)
    with app.app_context():
        opened = sign_in(someone.username, someone.password, "127.0.0.1", "", app.extensions["clock"]())
    visitor.browser.set_cookie("idp_session", opened.token)
    return visitor.opens("/account").sees("Mes informations")


def notice_subjects(app: Flask) -> list[str]:
    return [mail["facts"]["subject"] for mail in messages(app, "mail") if mail["template"] == "notice"]
