"""Pressing a button of a form that has no field of its own."""

from urllib.parse import urljoin

import requests

from tests.actors.person import Person
from tests.pages import forms_of


def press(someone: Person, text: str) -> requests.Response:
    """Send the form whose button has this text; the page that follows."""
    before = someone.html.partition(f"{text}</button>")[0]
    assert before != someone.html, f"{text!r} is no button of {someone.address}"
    action, fields = forms_of(before)[-1]
    return someone.http.post(urljoin(someone.address, action or someone.address), data=fields, timeout=20)
