"""`idp people letters`: on paper, as a table, or by mail."""

from pathlib import Path

import click

from idp.cli.terminal import ACTOR, Terminal, now, pass_terminal
from idp.console import letter_jobs
from idp.console.rules.rights import FAMILIES, Reach
from idp.console.storage import rights
from idp.database.engine import reading
from idp.jobs import queue
from idp.jobs.storage import jobs
from idp.letters.rules.runs import ClassLetters, LetterChoice
from idp.people.schools import NoSuchSchool
from idp.refusals import Refusal
from idp.runtime.context import settings
from idp.worker import long_work


def summary(line: ClassLetters) -> str:
    """The letters of a class: how many are printed, and why others are not."""
    facts = f"{line.code or 'no class'}: {len(line.accounts)} letters of {line.in_all} people"
    if line.elsewhere:
        facts += f", {line.elsewhere} more go with an earlier class"
    if line.without_mail:
        facts += f", {line.without_mail} have no mail address"
    return facts


@click.command()
@click.argument("uai")
@click.option(
    "--pdf", "folder", type=click.Path(path_type=Path), help="Write a PDF a class into this folder."
)
@click.option("--mail", is_flag=True, help="Send a personal link to those whose address the school holds.")
@click.option("--class", "classes", multiple=True, help="Class codes; none: all.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(["pupil", "guardian"]), help="Default: both."
)
@click.option("--again", is_flag=True, help="Include people with a valid letter; it expires.")
@click.option(
    "--paper",
    type=click.Choice(list(letter_jobs.PAPERS)),
    default="pdf",
    show_default=True,
    help="With --pdf: a page for a window envelope; a page for the class, without addresses; two a page to cut.",
)
@click.option("--language", default="fr", show_default=True)
@click.option("--back", help="With --pdf: language of the other side.")
@pass_terminal
def letters(
    terminal: Terminal,
    uai: str,
    folder: Path | None,
    mail: bool,
    classes: tuple[str, ...],
    kinds: tuple[str, ...],
    again: bool,
    paper: str,
    language: str,
    back: str | None,
) -> None:
    """Issue letters to the families of the school UAI who have none: as CSV on standard output, or with --pdf or --mail.

    The provisional passwords are shown once. A letter expires after passwords.letter_days.
    """
    with terminal.application() as app:
        for code in (language, back or language):
            if code not in settings().service.languages:
                raise click.BadParameter(f"{code} is not one of {', '.join(settings().service.languages)}.")
        school = rights.school_by_uai(reading(), uai)
        if school is None:
            raise NoSuchSchool(uai)
        form = "mail" if mail else paper if folder else "csv"
        reach = Reach(FAMILIES, None)
        choice = LetterChoice(frozenset(kinds) or FAMILIES, frozenset(classes), form, again)
        try:
            planned = letter_jobs.plan(school.id, reach, choice, language, now())
        except Refusal:
            return click.echo("Everybody has a letter, or an account.", err=True)
        for line in planned:
            click.echo(summary(line), err=True)
        job = letter_jobs.ask(school.id, reach, choice, language, ACTOR, now(), back=back)
        while (row := jobs.find(reading(), job)) and row["state"] in ("waiting", "running"):
            queue.run_next(long_work.SHORT, app.extensions["clock"], lambda: False)
        for file, name in jobs.files_of(reading(), job, now()):
            _, _, content = queue.read_file(job, file, now()) or ("", "", b"")
            if folder is None:
                click.echo(content.decode("utf-8-sig"), nl=False)
            else:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                (folder / name).write_bytes(content)
    if mail and row:
        click.echo(f"{row['report'].get('written', 0)} mails are on their way.")
