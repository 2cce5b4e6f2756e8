"""`idp config`: the example file and the documentation of the settings, from their declarations."""

import json
from typing import Any, Literal, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from idp.settings import Settings

_HEAD = """\
# Settings of educonnect-idp. Written by `idp config example`; each value below is the default.
# Order: command line > environment > this file > default.
# A variable is named IDP_<SECTION>__<KEY>, for instance IDP_SERVER__PORT; with _FILE at its end it names a file that
# holds the value, for instance IDP_SECRETS__MASTER_KEY_FILE.
"""
_DOCUMENT_HEAD = """\
# Configuration

*Reference.* `idp config documentation` generates this page from the declarations in `idp/settings/`, as `idp config example`
generates `config.example.toml`. A wrong key or value stops the start with a sentence that names the setting, its value and
the allowed values.

Sources, by precedence:

1. the command line (`idp serve --port 9000`);
2. the environment: `IDP_<SECTION>__<KEY>`, or `IDP_<SECTION>__<KEY>_FILE` naming a file that holds the value (both at
   once are refused; lists are separated by commas);
3. the file: `idp --config FILE`, else `$IDP_CONFIG`, else `config.toml` in the folder where the command is called;
4. the default.

Secrets belong in files: `idp keys secret > /etc/idp/secrets/master_key` and
`IDP_SECRETS__MASTER_KEY_FILE=/etc/idp/secrets/master_key`.
"""


@click.group()
def config() -> None:
    """The settings."""


@config.command()
def example() -> None:
    """Write config.example.toml: every setting with its default."""
    click.echo(example_text(), nl=False)


@config.command()
def documentation() -> None:
    """Write docs/configuration.md: every setting on one page."""
    click.echo(documentation_text(), nl=False)


def example_text() -> str:
    """config.example.toml, from the declarations."""
    parts = [_HEAD]
    for section, title, fields in declared():
        parts.append(f"\n# {title}\n[{section}]\n")
        for key, field in fields.items():
            limits = allowed(field)
            parts.append(f"# {field.description}{f' Allowed: {limits}.' if limits else ''}\n")
            parts.append(f"{key} = {toml(field.default)}\n")
    return "".join(parts)


def documentation_text() -> str:
    """docs/configuration.md, from the declarations."""
    parts = [_DOCUMENT_HEAD]
    for section, title, fields in declared():
        parts.append(
            f"\n## [{section}]\n\n{title}\n\n| key | default | allowed | meaning |\n| --- | --- | --- | --- |\n"
        )
        for key, field in fields.items():
            cells = (f"`{key}`", f"`{toml(field.default)}`", allowed(field), field.description or "")
            parts.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n")
    return "".join(parts)


def declared() -> list[tuple[str, str, dict[str, FieldInfo]]]:
    """Each section: its name, its subject, and its settings by key."""
    sections = []
    for name, field in Settings.model_fields.items():
        model: Any = field.annotation
        sections.append((name, str(model.__doc__).strip(), model.model_fields))
    return sections


def toml(value: Any) -> str:
    """A default as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(toml(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {toml(item)}' for key, item in value.items())}}}"
    return repr(value)


def allowed(field: FieldInfo) -> str:
    """The limits of a value beyond its type; empty if it has none."""
    if get_origin(field.annotation) is Literal:
        return ", ".join(str(choice) for choice in get_args(field.annotation))
    limits = {
        name: getattr(rule, name)
        for rule in field.metadata
        for name in ("ge", "gt", "le")
        if hasattr(rule, name)
    }
    if "ge" in limits and "le" in limits:
        return f"{limits['ge']} to {limits['le']}"
    words = {"ge": "at least", "gt": "more than", "le": "at most"}
    return ", ".join(f"{words[name]} {value}" for name, value in limits.items())
