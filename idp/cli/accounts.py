"""`idp accounts`: one account at a time, for the help desk."""

import click

from idp.accounts.close import close as close_account
from idp.accounts.disconnect import disconnect as disconnect_account
from idp.accounts.lock import lock as lock_account
from idp.accounts.lock import unlock as unlock_account
from idp.accounts.remove_factors import remove_factors as remove_factors_of
from idp.accounts.reset import reset as reset_account
from idp.cli import persons
from idp.cli.terminal import (
    ACTOR,
    Terminal,
    as_json,
    day_and_hour,
    now,
    pass_terminal,
    say_json,
)
from idp.people.accounts import find
from idp.people.accounts import show as shown


@click.group()
def accounts() -> None:
    """Accounts of families, pupils and staff."""


@accounts.command()
@click.argument("username")
@as_json
@pass_terminal
def show(terminal: Terminal, username: str, as_json: bool) -> None:
    """Show what is known of an account; no password is."""
    with terminal.application():
        facts = shown(username)
    if as_json:
        return say_json(facts)
    width = max(map(len, facts))
    for name, value in facts.items():
        moment = name.endswith(("_at", "_since", "_until")) and (value is None or isinstance(value, int))
        click.echo(
            f"{name.ljust(width)}  {day_and_hour(value) if moment else '-' if value is None else value}"
        )


@accounts.command()
@click.argument("username")
@pass_terminal
def unlock(terminal: Terminal, username: str) -> None:
    """Open a locked account, and clear its rate limits on passwords and birth dates."""
    with terminal.application():
        unlock_account(find(username), ACTOR, now())
    click.echo(f"{username} may try again.")


@accounts.command()
@click.argument("username")
@pass_terminal
def lock(terminal: Terminal, username: str) -> None:
    """Lock an active account: sessions and tokens end; a recovery or `unlock` opens it."""
    with terminal.application():
        done = lock_account(find(username), ACTOR, now())
    click.echo(f"{username} is locked{'' if done else ' already'}.")


@accounts.command()
@click.argument("username")
@pass_terminal
def disconnect(terminal: Terminal, username: str) -> None:
    """End every session of a person; the services are notified."""
    with terminal.application():
        disconnect_account(find(username), ACTOR, now())
    click.echo(f"{username} is signed out everywhere.")


@accounts.command()
@click.argument("username")
@click.confirmation_option(prompt="An account that is closed stays closed. Close it?")
@pass_terminal
def close(terminal: Terminal, username: str) -> None:
    """Close an account for good. Its username is never given again."""
    with terminal.application():
        done = close_account(find(username), ACTOR, now())
    click.echo(f"{username} is closed{'' if done else ' already'}.")


@accounts.command("remove-factors")
@click.argument("username")
@pass_terminal
def remove_factors(terminal: Terminal, username: str) -> None:
    """Remove passkeys, authenticator app and recovery codes, after you have checked who the person is."""
    with terminal.application():
        remove_factors_of(find(username), ACTOR, now())
    click.echo(f"{username} signs in with the password alone.")


@accounts.command()
@click.argument("username")
@as_json
@pass_terminal
def reset(terminal: Terminal, username: str, as_json: bool) -> None:
    """Give a new provisional password, shown once; sessions and tokens of the account end."""
    with terminal.application():
        password = reset_account(find(username), ACTOR, now())
    if as_json:
        return say_json({"username": username, "provisional_password": password})
    click.echo(password)


for command in (
    persons.mail,
    persons.merge,
    persons.detach,
    persons.export,
    persons.hold,
    persons.erase,
):
    accounts.add_command(command)
