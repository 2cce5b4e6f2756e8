"""`idp upstream`: other identity providers with which people sign in; their rules, tried; identities stored from a list."""

import csv
import json
from collections import Counter
from typing import IO

import click

from idp.cli.terminal import (
    ACTOR,
    Terminal,
    as_json,
    day_and_hour,
    now,
    pass_terminal,
    say_json,
    say_table,
)
from idp.console import reach, recognition
from idp.console.rules import rights
from idp.console.rules.rights import Reach
from idp.federation import inspection, storing, upstreams
from idp.federation.inspection import Tried
from idp.federation.storing import COLUMNS, Line
from idp.upstream_saml import metadata as saml_metadata
from idp.upstream_saml import our_metadata
from idp.upstream_saml.messages import upstream_of

_COLUMNS = ("username", "name", "class", "recognised", "why")


@click.group()
def upstream() -> None:
    """Other identity providers with which people sign in; their rules, tried."""


@upstream.command("list")
@as_json
@pass_terminal
def list_(terminal: Terminal, as_json: bool) -> None:
    """List the upstreams of the settings."""
    with terminal.application():
        listed = [
            {
                "name": entry.name,
                "protocol": entry.protocol,
                "profiles": list(entry.profiles),
                "match": entry.match,
                "attribute": entry.compared,
                "rules": len(entry.rules),
                "issuer": entry.issuer,
                "fault": inspection.condition(entry, now()).fault,
            }
            for entry in upstreams.every()
        ]
    if as_json:
        return say_json(listed)
    columns = ("name", "protocol", "profiles", "match", "attribute", "rules", "issuer", "fault")
    rows = [
        tuple(", ".join(entry[c]) if c == "profiles" else entry[c] for c in columns)  # type: ignore[arg-type]
        for entry in listed
    ]
    say_table(columns, rows)


@upstream.command()
@click.argument("name")
@as_json
@pass_terminal
@click.pass_context
def check(context: click.Context, terminal: Terminal, name: str, as_json: bool) -> None:
    """Ask the upstream NAME for its document and keys now. Exit code 1 if it cannot be used."""
    with terminal.application():
        state = inspection.condition(upstreams.named(name), now(), fetch=True)
    if as_json:
        say_json({"fault": state.fault, "keys": state.keys, "ends_at": state.ends_at})
    elif state.fault:
        click.echo(f"{name} cannot be used: {state.fault}.", err=True)
    else:
        click.echo(f"{name} can be used: {state.keys} keys, valid until {day_and_hour(state.ends_at)}.")
    if state.fault:
        context.exit(1)


@upstream.command("try")
@click.argument("name")
@click.argument("example", type=click.File("r", encoding="utf-8"))
@as_json
@pass_terminal
@click.pass_context
def try_(context: click.Context, terminal: Terminal, name: str, example: IO[str], as_json: bool) -> None:
    """Show which account a person with the claims (JSON) or the assertion (XML) of EXAMPLE would get, and why not.

    Nothing is written. Exit code 1 if the person would be refused.
    """
    with terminal.application():
        tried = inspection.try_example(upstreams.named(name), example.read(inspection.LONGEST_EXAMPLE + 1))
    if tried is None:
        raise click.ClickException(f"{example.name} is no JSON object of claims, or no assertion in XML.")
    outcome = _shown(tried)
    if as_json:
        say_json(outcome)
    else:
        for key, value in outcome.items():
            click.echo(f"{key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    if tried.code is not None:
        context.exit(1)


@upstream.command()
@click.argument("name")
@click.argument("uai")
@click.option("--all", "everybody", is_flag=True, help="Those who will be recognised too.")
@as_json
@pass_terminal
def match(terminal: Terminal, name: str, uai: str, everybody: bool, as_json: bool) -> None:
    """Show who of the school UAI will not be recognised at a first login through the upstream NAME, and why.

    It reads what imports have brought, and writes nothing. The upstream's rules are judged at the login alone.
    """
    with terminal.application():
        school, chosen = reach.school_of_uai(uai), upstreams.named(name)
        if school is None:
            raise click.ClickException(f"There is no school {uai}.")
        lists = recognition.of_school(school.id, Reach(rights.ALL_KINDS, None))
        rows = next((listed.rows for listed in lists if listed.upstream == chosen), ())
    counts = Counter(row.outlook.way or "refused" for row in rows)
    people = [
        {
            "username": row.person.username,
            "name": row.name,
            "class": row.person.place,
            "recognised": row.outlook.way,
            "why": row.outlook.why,
        }
        for row in rows
        if everybody or row.outlook.way is None
    ]
    if as_json:
        return say_json({"counts": counts, "people": people})
    say_table(_COLUMNS, [tuple(person[column] for column in _COLUMNS) for person in people])
    click.echo(", ".join(f"{outcome}: {number}" for outcome, number in sorted(counts.items())) or "nobody")


@upstream.command()
@click.argument("name")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@pass_terminal
def link(terminal: Terminal, name: str, file: IO[str]) -> None:
    """Store the identities of FILE, a CSV with the columns `username` or `ine`, and `subject`: all or none."""
    reader = csv.DictReader(file)
    columns = [column for column in COLUMNS if column in (reader.fieldnames or ())]
    if len(columns) != 1 or "subject" not in (reader.fieldnames or ()):
        raise click.ClickException(f"{file.name} needs the columns username or ine, and subject.")
    lines = [
        Line(number, columns[0], (row[columns[0]] or "").strip(), (row["subject"] or "").strip())
        for number, row in enumerate(reader, 2)
    ]
    with terminal.application():
        try:
            added = storing.store(upstreams.named(name), lines, ACTOR, now())
        except storing.NotStored as fault:
            raise click.ClickException(f"Nothing was stored.\n{fault}") from None
    click.echo(f"{added} identities are new, {len(lines) - added} were stored already.")


@upstream.command()
@click.argument("name")
@click.argument("username")
@pass_terminal
def unlink(terminal: Terminal, name: str, username: str) -> None:
    """Remove the identity of the account USERNAME at the upstream NAME."""
    with terminal.application():
        removed = storing.remove(upstreams.named(name), username, ACTOR, now())
    if not removed:
        raise click.ClickException(f"{username} has no identity of {name}.")
    click.echo(f"{username} has no identity of {name} any more.")


@upstream.command()
@click.argument("name")
@pass_terminal
def refresh(terminal: Terminal, name: str) -> None:
    """Fetch the metadata of the SAML upstream NAME from its address now."""
    with terminal.application():
        try:
            saml_metadata.refresh(upstream_of(name), ACTOR, now())
        except saml_metadata.NotTakenOver as fault:
            raise click.ClickException(f"The metadata was not taken over: {fault}.") from None
    click.echo("The metadata was fetched and taken over.")


@upstream.command()
@click.argument("name")
@pass_terminal
def metadata(terminal: Terminal, name: str) -> None:
    """Write our own metadata for the SAML upstream NAME."""
    with terminal.application():
        click.echo(our_metadata.document(upstream_of(name).name, now()).decode())


def _shown(tried: Tried) -> dict[str, object]:
    account, allowed = tried.recognised.account, tried.recognised.allowed
    return {
        "result": "refused"
        if tried.code
        else "a guardian proves which account is theirs"
        if account is None
        else "signed in",
        "code": tried.code,
        "why": str(tried.recognised.why) if tried.recognised.why else None,
        "account": account.username if account else None,
        "profile": account.profile if account else None,
        "compared": list(tried.compared),
        "rules": list(tried.applied),
        "profiles": {
            profile: sorted(uais) if uais is not None else "any school"
            for profile, uais in allowed.profiles.items()
        },
        "roles": sorted(f"{grant.role} at {grant.uai or 'the academy'}" for grant in allowed.grants),
        "attributes": {name: list(values) for name, values in tried.attributes.items()},
    }
