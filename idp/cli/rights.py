"""`idp rights`: posts and delegations at the console."""

from datetime import datetime

import click

from idp.cli.terminal import ACTOR, Terminal, day_and_hour, now, pass_terminal, say_table
from idp.console import delegations
from idp.console.staff import end_post as end_staff_post
from idp.console.storage import rights as storage
from idp.console.storage import staff
from idp.database.engine import reading
from idp.people import accounts
from idp.people.schools import NoSuchSchool
from idp.runtime.context import ends_at

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def rights() -> None:
    """Posts with their roles, and delegations."""


@rights.command("list")
@click.argument("uai", required=False)
@pass_terminal
def list_(terminal: Terminal, uai: str | None) -> None:
    """List every post, or the delegations of the school UAI."""
    with terminal.application():
        if uai is None:
            rows = [
                (post.id, post.name, post.username, post.role, post.uai) for post in staff.posts(reading())
            ]
            return say_table(("post", "name", "username", "role", "school"), rows)
        school = storage.school_by_uai(reading(), uai)
        if school is None:
            raise NoSuchSchool(uai)
        delegations = storage.delegations(reading(), school.id)
    say_table(
        ("delegation", "name", "username", "for", "classes", "until", "ended"),
        [
            (
                delegation.id,
                delegation.name,
                delegation.username,
                " ".join(delegation.kinds),
                " ".join(delegation.classes or ("all",)),
                day_and_hour(delegation.until),
                day_and_hour(delegation.ended_at),
            )
            for delegation in delegations
        ],
    )


@rights.command()
@click.argument("uai")
@click.argument("username")
@click.option("--until", type=DAY, required=True, help="The last day.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(["pupil", "guardian"]), default=("pupil",))
@click.option("--class", "classes", multiple=True, help="Class codes; none: all.")
@pass_terminal
def lend(
    terminal: Terminal,
    uai: str,
    username: str,
    until: datetime,
    kinds: tuple[str, ...],
    classes: tuple[str, ...],
) -> None:
    """Lend a colleague of the school UAI rights over pupils or guardians, from now on."""
    with terminal.application():
        school = storage.school_by_uai(reading(), uai)
        if school is None:
            raise NoSuchSchool(uai)
        person = accounts.find(username).person_id
        last = ends_at(until.date())
        number = delegations.lend(
            school.id, person, kinds, list(classes) or None, now(), last, 0, ACTOR, now()
        )
    click.echo(f"Delegation {number} is given.")


@rights.command("take-back")
@click.argument("uai")
@click.argument("delegation", type=int)
@pass_terminal
def take_back(terminal: Terminal, uai: str, delegation: int) -> None:
    """End a delegation at once."""
    with terminal.application():
        school = storage.school_by_uai(reading(), uai)
        if school is None:
            raise NoSuchSchool(uai)
        delegations.take_back(school.id, delegation, ACTOR, now())
    click.echo(f"Delegation {delegation} is over.")


@rights.command("end-post")
@click.argument("post", type=int)
@pass_terminal
def end_post(terminal: Terminal, post: int) -> None:
    """End a post; its holder keeps the account and loses the rights."""
    with terminal.application():
        if not end_staff_post(post, ACTOR, now()):
            raise click.ClickException("That post is over, or no post has this number.")
    click.echo(f"Post {post} is over.")
