"""Read a sent form field by field. All wrong fields are named in one refusal, by their labels on the page."""

from datetime import date

from flask import request

from idp.console.rules.days import read_day
from idp.refusals import Refusal
from idp.refusals.console import FIELD_UNUSABLE


class Fields:
    """The labels are in the page's language. `judge` is called when all fields have been read."""

    def __init__(self) -> None:
        self._wrong: dict[str, str] = {}

    def text(self, name: str, label: str, most: int = 200) -> str:
        """A required text of `most` characters at most."""
        sent = request.form.get(name, "").strip()
        self.check(0 < len(sent) <= most, name, label)
        return sent

    def optional(self, name: str, label: str, most: int = 200) -> str:
        """A text of `most` characters at most; it may be empty."""
        sent = request.form.get(name, "").strip()
        self.check(len(sent) <= most, name, label)
        return sent

    def whole(self, name: str, label: str, least: int, most: int) -> int:
        sent = request.form.get(name, "").strip()
        number = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 16 else least - 1
        self.check(least <= number <= most, name, label)
        return number

    def day(self, name: str, label: str) -> date:
        """A day in ISO format, as a browser's date field sends it."""
        day = read_day(request.form.get(name, ""))
        self.check(day is not None, name, label)
        return day or date.min

    def check(self, right: bool, name: str, label: str) -> None:
        if not right:
            self._wrong[name] = label

    def judge(self) -> None:
        """Raises Refusal K08 that names each wrong field."""
        if self._wrong:
            labels = ", ".join(self._wrong.values())
            raise Refusal(FIELD_UNUSABLE, ", ".join(self._wrong), field=labels, at=tuple(self._wrong))
