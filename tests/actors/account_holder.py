"""Somebody at the pages of their own account."""

from flask import Flask

from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone


def signed_in(app: Flask, someone: Someone, profile: str = "responsable") -> Visitor:
    visitor = Visitor(app).opens("/account").fills(profile=profile)
    return visitor.fills(username=someone.username, password=someone.password).sees("Mes informations")


def notice_subjects(app: Flask) -> list[str]:
    return [mail["facts"]["subject"] for mail in messages(app, "mail") if mail["template"] == "notice"]
