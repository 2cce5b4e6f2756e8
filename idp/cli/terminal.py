"""Parts of every command: settings, an application context, output, and faults as sentences."""

import importlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from idp import deferred
from idp.runtime.starting import starting

if TYPE_CHECKING:
    from flask import Flask

    from idp import app, settings
    from idp.people.rules import uai
    from idp.settings import Settings
else:
    app = deferred.module("idp.app")
    settings = deferred.module("idp.settings")
    uai = deferred.module("idp.people.rules.uai")

ACTOR = "command"

_WRONGLY_WRITTEN = {"SettingsFault", "BadMasterKey"}
_REFUSED = {
    "CannotUnseal",
    "DemoFault",
    "DirectoryTaken",
    "ImportFault",
    "MadeByNewerVersion",
    "MetadataFaults",
    "NotInstalled",
    "NotRefreshed",
    "PortTaken",
    "Refusal",
    "SiecleFault",
    "XmlFault",
}
_UNKNOWN = {
    "NoSuchAccount": "There is no account with the username {!r}.",
    "NoSuchService": "There is no service with the id {!r}. See: idp cas list, idp saml list",
    "NoSuchClient": "There is no client with the id {!r}. See: idp clients list",
    "NoSuchKey": "There is no living key with the kid {!r}. See: idp keys list",
    "NoSuchSchool": "There is no school with the UAI {!r}. Import its base first, or name it: idp people school",
}
"""Faults of the user, by class name: a name imports no module."""


@dataclass(frozen=True)
class Terminal:
    """The call of a command. `file`: the settings file, if any."""

    file: Path | None

    def settings(self, **command_line: dict[str, Any]) -> "Settings":
        """The settings; values of `command_line` come first, None stands for an absent option."""
        options = {
            section: {key: value for key, value in values.items() if value is not None}
            for section, values in command_line.items()
        }
        return settings.load_settings(self.file, command_line=options)

    @contextmanager
    def application(self) -> Iterator["Flask"]:
        """The application, within its context: acts can be called."""
        with starting():
            made = app.create_app(self.settings())
        with made.app_context():
            try:
                yield made
            finally:
                made.extensions["connections"].close()


pass_terminal = click.make_pass_decorator(Terminal)
as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON, for scripts.")


def now() -> int:
    """The moment of a command, epoch seconds."""
    return int(time.time())


def day_and_hour(moment: int | None) -> str:
    """A moment as a person reads it, UTC."""
    return "-" if moment is None else time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(moment))


def say_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say_table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Columns as wide as their widest cell."""
    cells = [head, *(tuple("-" if cell is None else str(cell) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


class Wrong(click.ClickException):
    """Unusable settings: exit code 2, as for a malformed command."""

    exit_code = 2


@dataclass(frozen=True)
class Noun:
    """A command by its place, "module:function", and its help in a list; a command without help is hidden."""

    place: str
    help: str


class LazyGroup(click.Group):
    """A group that imports a command when it is called, and shows faults of the user without a stack trace."""

    def __init__(self, *arguments: Any, nouns: dict[str, Noun], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._nouns = nouns

    def list_commands(self, _context: click.Context) -> list[str]:
        return sorted(self._nouns)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in self._nouns:
            return None
        module, _, attribute = self._nouns[name].place.partition(":")
        with starting():
            command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        listed = {name: noun.help for name, noun in sorted(self._nouns.items()) if noun.help}
        width = formatter.width - 6 - max(map(len, listed))
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, click.Command(name, help=text).get_short_help_str(width))
                    for name, text in listed.items()
                ]
            )

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as fault:
            sentence = as_sentence(fault)
            if sentence is None:
                raise
            raise sentence from None


def as_sentence(fault: Exception) -> click.ClickException | None:
    """The fault as a sentence for the user; None for a programming error."""
    names = {kind.__name__ for kind in type(fault).__mro__}
    if names & _WRONGLY_WRITTEN:
        return Wrong(str(fault))
    for name in names & _UNKNOWN.keys():
        sentence = _malformed_uai(str(fault)) if name == "NoSuchSchool" else None
        return click.ClickException(sentence or _UNKNOWN[name].format(str(fault)))
    if names & _REFUSED:
        return click.ClickException(str(fault))
    if "DBAPIError" in names:
        return click.ClickException(_database_sentence(str(getattr(fault, "orig", fault))))
    if isinstance(fault, OSError) and fault.filename:
        return click.ClickException(f"{fault.filename}: {fault.strerror}.")
    return None


def _malformed_uai(written: str) -> str | None:
    """The fault of a malformed UAI; None for a well-formed one."""
    if uai.is_uai(written):
        return None
    digits = written[:7]
    if len(written) == 8 and (letter := uai.check_letter(digits)):
        return (
            f"{written!r} is no UAI: the letter that goes with {digits} is {letter}, thus {digits}{letter}."
        )
    return f"{written!r} is no UAI: it has 7 digits and the letter that goes with them, like 0990001{uai.check_letter('0990001')}."


def _database_sentence(driver_says: str) -> str:
    reason = driver_says.strip().partition("\n")[0]
    if "no such table" in reason or "no such column" in reason or "does not exist" in reason:
        return f"The database is not at this version ({reason}). Run: idp db upgrade"
    return f"The database cannot be used ({reason}). Check database.url; idp doctor says more."
