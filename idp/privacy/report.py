"""The report of everything that is stored on a person (GDPR articles 15 and 20), in words: one value for the page and the file for machines."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext

from idp.database.engine import reading
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.phone_numbers import readable_number
from idp.privacy.rules import words
from idp.privacy.rules.report import GROUPS, Fact, Kind
from idp.privacy.storage import report_rows
from idp.runtime.context import settings
from idp.services.protocols import find_service
from idp.services.rules.kinds_in_words import in_words
from idp.signin.rules.browser_names import device_of
from idp.web.languages import current_language, day, moment


@dataclass(frozen=True)
class ShownFact:
    """`text`: for people; `value`: for machines, with moments in ISO 8601 with their zone."""

    key: str
    label: str
    text: str
    value: Any


@dataclass(frozen=True)
class ShownGroup:
    key: str
    title: str
    entries: tuple[tuple[ShownFact, ...], ...]


@dataclass(frozen=True)
class Report:
    """The report on a person. `made_at`: epoch seconds. Its words are in the language of the page that asked for it."""

    service: str
    name: str
    made_at: int
    language: str
    groups: tuple[ShownGroup, ...]

    def for_machines(self) -> dict[str, Any]:
        """The same facts, for a JSON file."""
        return {
            "service": self.service,
            "person": self.name,
            "made_at": _iso(self.made_at),
            "language": self.language,
            **{
                group.key: [{fact.key: fact.value for fact in entry} for entry in group.entries]
                for group in self.groups
            },
        }


def report_on(account: AccountFacts, now: int) -> Report:
    """Everything that is stored on the person of `account` at `now`, without what would open the account."""
    rows = report_rows.rows_of(reading(), account.id, account.person_id)
    writer = _Writer(account.id, account.kind, report_rows.kinds_and_roles(reading(), _actors_in(rows)))
    groups = tuple(
        ShownGroup(
            group.key,
            gettext(group.title),
            tuple(writer.entry(group.facts, row) for row in rows[group.key]),
        )
        for group in GROUPS
    )
    return Report(settings().service.name, account.name, now, current_language(), groups)


def _actors_in(rows: dict[str, list[dict[str, Any]]]) -> set[int]:
    names = {
        row[key]
        for group in ("what_others_did", "my_agreements")
        for row in rows[group]
        for key in ("by", "given_by")
        if key in row
    }
    numbers = (name.removeprefix("account:") for name in names if name.startswith("account:"))
    return {int(number) for number in numbers if number.isdecimal()}


def _iso(seconds: int) -> str:
    zone = ZoneInfo(settings().service.timezone)
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).isoformat()


@dataclass(frozen=True)
class _Writer:
    """Writes stored values in words. `acting`: account → (kind of person, role of staff)."""

    account: int
    kind: str
    acting: dict[int, tuple[str, str | None]]

    def entry(self, facts: tuple[Fact, ...], row: dict[str, Any]) -> tuple[ShownFact, ...]:
        written = ((fact, *self._written(fact, row)) for fact in facts if row.get(fact.key) is not None)
        return tuple(
            ShownFact(fact.key, gettext(fact.label), text, value) for fact, text, value in written if text
        )

    def _written(self, fact: Fact, row: dict[str, Any]) -> tuple[str, Any]:
        """(for people, for machines)."""
        stored = row[fact.key]
        if fact.kind == Kind.MOMENT:
            return moment(stored), _iso(stored)
        if fact.kind == Kind.DAY:
            return day(date.fromisoformat(stored)), stored
        if fact.kind == Kind.PHONE:
            return self._phone(stored), stored
        if fact.kind == Kind.YES_NO:
            return gettext("oui") if stored else gettext("non"), bool(stored)
        if fact.kind in (Kind.WORDS, Kind.RECEIVED):
            several = self._several(fact, stored, row)
            return ", ".join(several), several
        write: Callable[[Fact, Any], str] = {
            Kind.WORD: self._word,
            Kind.SERVICE: self._service,
            Kind.DEVICE: self._device,
            Kind.PROVIDER: self._provider,
            Kind.ACTOR: self._actor,
            Kind.DETAIL: self._detail,
        }.get(fact.kind, lambda _fact, value: str(value))
        text = write(fact, stored)
        return text, text

    def _several(self, fact: Fact, stored: str, row: dict[str, Any]) -> list[str]:
        if fact.kind == Kind.WORDS:
            known = fact.words or {}
            return [gettext(known[word]) for word in stored.split() if word in known]
        scope = tuple(stored.split())
        registered = find_service(row["service"])
        kinds = registered[0].kinds(row["service"], scope, self.kind) if registered else scope
        return [gettext(sentence) for sentence in in_words(kinds, self.kind)]

    def _word(self, fact: Fact, stored: Any) -> str:
        known = fact.words or {}
        word = known.get(str(stored)) or (words.OTHER_ACT if fact.key == "act" else None)
        return str(gettext(word)) if word else str(stored)

    def _phone(self, stored: str) -> str:
        return readable_number(stored, settings().sms.country) if stored.startswith("+") else stored

    def _service(self, _fact: Fact, stored: Any) -> str:
        registered = find_service(stored)
        return registered[1].name if registered else str(gettext("un service qui n’existe plus"))

    def _device(self, _fact: Fact, stored: Any) -> str:
        device = device_of(stored)
        if device.browser and device.system:
            return str(gettext("%(browser)s sous %(system)s", browser=device.browser, system=device.system))
        return device.browser or device.system or str(gettext(words.UNKNOWN_DEVICE))

    def _provider(self, _fact: Fact, stored: Any) -> str:
        providers = settings().federation.providers
        return next((known.label for known in providers if known.issuer == stored), str(stored))

    def _actor(self, _fact: Fact, stored: Any) -> str:
        number = stored.removeprefix("account:")
        kind, role = self.acting.get(int(number) if number.isdecimal() else 0, (None, None))
        return str(gettext(words.role_of(stored, self.account, kind, role)))

    def _detail(self, fact: Fact, stored: Any) -> str:
        """The details that a person can read: names and reasons, never an id."""
        detail = json.loads(stored)
        parts = []
        if isinstance(detail.get("device"), str) and detail["device"]:
            parts.append(self._device(fact, detail["device"]))
        if isinstance(detail.get("client"), str):
            parts.append(self._service(fact, detail["client"]))
        parts += [
            str(gettext(detail[key]))
            for key in ("factor", "reason")
            if isinstance(detail.get(key), str) and detail[key]
        ]
        return ", ".join(parts)
