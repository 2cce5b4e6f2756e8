"""`idp accounts …`, the acts on a person beyond the account itself: mail, family, merging, personal data."""

import click

from idp.accounts import guardianship
from idp.accounts.correct_mail import correct_mail
from idp.cli.terminal import ACTOR, Terminal, now, pass_terminal, say_json
from idp.console import approvals, personal_data
from idp.database.engine import reading
from idp.people import accounts
from idp.people.storage import family
from idp.signin import mail_confirmation

REASON = click.option("--reason", required=True, help="For the audit trail.")


@click.command()
@click.argument("username")
@click.argument("address")
@pass_terminal
def mail(terminal: Terminal, username: str, address: str) -> None:
    """Correct the mail address; its owner confirms it, the old address is notified."""
    with terminal.application() as app:
        account = accounts.find(username)
        language = app.extensions["settings"].service.languages[0]
        shown_address = mail_confirmation.asked_for(account, now()) or ""
        correct_mail(account, address, shown_address, language, ACTOR, now())
    click.echo(f"A mail has left for {address}.")


@click.command()
@click.argument("username")
@click.argument("joined")
@REASON
@click.option(
    "--sure", is_flag=True, help="You have compared both: one person, though first name or civility differ."
)
@click.confirmation_option(prompt="The second account is closed for good. Merge them?")
@pass_terminal
def merge(terminal: Terminal, username: str, joined: str, reason: str, sure: bool) -> None:
    """Give the children of the guardian JOINED to USERNAME, and close JOINED."""
    with terminal.application():
        payload = {
            "kept": accounts.find(username).id,
            "joined": accounts.find(joined).id,
            "reason": reason,
            "sure": sure,
        }
        done = approvals.do_or_ask("merge", payload, f"{username} + {joined}", ACTOR, now())
    click.echo(
        f"{joined} is part of {username}." if done else "An administrator has to agree: see the console."
    )


@click.command()
@click.argument("username")
@click.argument("child")
@REASON
@pass_terminal
def detach(terminal: Terminal, username: str, child: str, reason: str) -> None:
    """End the link between the guardian USERNAME and the pupil CHILD (usernames)."""
    with terminal.application():
        guardian, pupil = accounts.find(username), accounts.find(child)
        links = [
            link.link
            for link in family.children_of(reading(), guardian.person_id)
            if link.person == pupil.person_id
        ]
        if not links:
            raise click.ClickException(f"{child} is not linked to {username}.")
        guardianship.detach(guardian, links[0], reason, ACTOR, now())
    click.echo(f"{username} is no longer a guardian of {child}.")


@click.command()
@click.argument("username")
@pass_terminal
def export(terminal: Terminal, username: str) -> None:
    """Write all data on a person, as JSON (GDPR article 15)."""
    with terminal.application():
        account = accounts.find(username)
        subject = account.actor
        if not approvals.may_export(subject, ACTOR, now()):
            approvals.do_or_ask("export", {"what": subject}, username, ACTOR, now())
            raise click.ClickException("An administrator has to agree on the console; then call this again.")
        say_json(personal_data.everything(account, ACTOR, now()).for_machines())


@click.command()
@click.argument("username")
@click.option("--days", default=365, show_default=True, help="0 ends the hold.")
@click.option("--reason", default="", help="Why the law requires the data.")
@pass_terminal
def hold(terminal: Terminal, username: str, days: int, reason: str) -> None:
    """Forbid the erasure of a person for some days."""
    with terminal.application():
        personal_data.hold(accounts.find(username), days, reason, ACTOR, now())
    click.echo(f"{username} is {'held' if days else 'not held any more'}.")


@click.command()
@click.argument("username")
@REASON
@click.confirmation_option(prompt="This cannot be undone. Erase?")
@pass_terminal
def erase(terminal: Terminal, username: str, reason: str) -> None:
    """Erase a person whom no school names and no legal hold protects (GDPR article 17)."""
    with terminal.application():
        personal_data.erase(accounts.find(username), reason, ACTOR, now())
    click.echo(f"{username} is erased.")
