"""A person with a browser that knows no script: pages, forms and links over real HTTP."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import requests

from tests.pages import forms_with, goes_on_to, links_of


@dataclass
class Person:
    """Follows links and fills in forms; `page` is what is on the screen."""

    http: requests.Session = field(default_factory=requests.Session)
    page: requests.Response | None = None

    def opens(self, address: str) -> "Person":
        self.page = self.http.get(urljoin(self.address, address), timeout=20)
        return self

    def fills(self, press: str = "", **values: str) -> "Person":
        """Submit the first form that has all of `values`; `press` is "name=value" of the button, where it has one."""
        name, _, value = press.partition("=")
        pressed = {name: value} if name else {}
        forms = [form for form in forms_with(self.html, {*values, *pressed}) if "language" not in form[1]]
        action, fields = forms[0]
        fields = {
            field_name: content
            for field_name, content in fields.items()
            if field_name != "act" or "act" not in pressed
        }
        target = urljoin(self.address, action or self.address)
        self.page = self.http.post(target, data={**fields, **values, **pressed}, timeout=20)
        onward = goes_on_to(self.page.text)
        return self.opens(onward) if onward else self

    def follows(self, link: str) -> "Person":
        return self.opens(links_of(self.html)[link])

    def sees(self, *texts: str) -> "Person":
        for text in texts:
            assert text in self.html, f"{text!r} is not on {self.address}:\n{self.html}"
        return self

    @property
    def address(self) -> str:
        return self.page.url if self.page is not None else ""

    @property
    def html(self) -> str:
        assert self.page is not None
        text = self.page.text.replace("&#39;", "'").replace("&amp;", "&")
        return text.replace("\N{NO-BREAK SPACE}", " ")


def mails(viewer: str, to: str) -> list[dict[str, Any]]:
    """The mails that have arrived for `to`, the oldest first."""
    messages: list[dict[str, Any]] = requests.get(f"{viewer}/api/messages", timeout=10).json()
    return [message for message in reversed(messages) if to in message["to"]]
