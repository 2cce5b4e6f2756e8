"""`idp people letters`: on paper, as a table, or by mail."""

from pathlib import Path

import click

from idp.cli.terminal import ACTOR, Terminal, now, pass_terminal


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
@click.option("--again", is_flag=True, help="Those whose letter still lives, too: it dies.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@pass_terminal
def letters(
    terminal: Terminal,
    uai: str,
    folder: Path | None,
    mail: bool,
    classes: tuple[str, ...],
    kinds: tuple[str, ...],
    again: bool,
    language: str,
) -> None:
    """Issue letters to the families of the school UAI who have none: as CSV on standard output, unless told otherwise.

    The provisional passwords are shown this once. A letter dies after passwords.letter_days.
    """
    with terminal.application() as app:
        from idp import worker
        from idp.console import letter_jobs
        from idp.console.rules.rights import FAMILIES, Reach
        from idp.console.storage import rights
        from idp.database import reading
        from idp.jobs import queue
        from idp.jobs.storage import jobs
        from idp.people.schools import NoSuchSchool

        school = rights.school_by_uai(reading(), uai)
        if school is None:
            raise NoSuchSchool(uai)
        form = "mail" if mail else "pdf" if folder else "csv"
        reach = Reach(FAMILIES, None)
        if not letter_jobs.waiting(school.id, reach, now(), again):
            return click.echo("Everybody has a letter, or an account.", err=True)
        job = letter_jobs.ask(
            school.id, reach, kinds or sorted(FAMILIES), classes, form, language, again, ACTOR, now()
        )
        while (found := jobs.find(reading(), job)) and found["state"] in ("waiting", "running"):
            queue.run_next(worker.RUNNERS, app.extensions["clock"], lambda: False)
        for file, name in jobs.files_of(reading(), job, now()):
            _, _, content = queue.read_file(job, file, now()) or ("", "", b"")
            if folder is None:
                click.echo(content.decode("utf-8-sig"), nl=False)
            else:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                (folder / name).write_bytes(content)
    if mail and found:
        click.echo(f"{found['report'].get('written', 0)} mails are on their way.")
