"""`idp accounts`: one account at a time, for the help desk."""

import click

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
        from idp.people import accounts as acts

        facts = acts.show(username)
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
        from idp.accounts import lock as acts
        from idp.people.accounts import find

        acts.unlock(find(username), ACTOR, now())
    click.echo(f"{username} may try again.")


@accounts.command()
@click.argument("username")
@pass_terminal
def lock(terminal: Terminal, username: str) -> None:
    """Lock an active account: sessions and tokens end; a recovery or `unlock` opens it."""
    with terminal.application():
        from idp.accounts import lock as acts
        from idp.people.accounts import find

        done = acts.lock(find(username), ACTOR, now())
    click.echo(f"{username} is locked{'' if done else ' already'}.")


@accounts.command()
@click.argument("username")
@pass_terminal
def disconnect(terminal: Terminal, username: str) -> None:
    """End every session of a person; the services are notified."""
    with terminal.application():
        from idp.accounts import disconnect as acts
        from idp.people.accounts import find

        acts.disconnect(find(username), ACTOR, now())
    click.echo(f"{username} is signed out everywhere.")


@accounts.command()
@click.argument("username")
@click.confirmation_option(prompt="An account that is closed stays closed. Close it?")
@pass_terminal
def close(terminal: Terminal, username: str) -> None:
    """Close an account for good. Its username is never given again."""
    with terminal.application():
        from idp.accounts import close as acts
        from idp.people.accounts import find

        done = acts.close(find(username), ACTOR, now())
    click.echo(f"{username} is closed{'' if done else ' already'}.")


@accounts.command("remove-factors")
@click.argument("username")
@pass_terminal
def remove_factors(terminal: Terminal, username: str) -> None:
    """Remove passkeys, authenticator app and recovery codes, after you have checked who the person is."""
    with terminal.application():
        from idp.accounts import remove_factors as acts
        from idp.people.accounts import find

        acts.remove_factors(find(username), ACTOR, now())
    click.echo(f"{username} signs in with the password alone.")


@accounts.command()
@click.argument("username")
@as_json
@pass_terminal
def reset(terminal: Terminal, username: str, as_json: bool) -> None:
    """Give a new provisional password, shown once; sessions and tokens of the account end."""
    with terminal.application():
        from idp.accounts import reset as acts
        from idp.people.accounts import find

        password = acts.reset(find(username), ACTOR, now())
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
