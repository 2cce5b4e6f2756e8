"""`idp passwords`: the list of breached passwords, which are refused."""

from pathlib import Path

import click

from idp.passwords import breached


@click.group()
def passwords() -> None:
    """The list of breached passwords, which are refused."""


@passwords.command("build-filter")
@click.argument(
    "sources", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option(
    "--false-positives",
    type=click.FloatRange(0.000001, 0.1),
    default=0.001,
    show_default=True,
    help="Share of passwords outside the list that are refused too.",
)
@click.option(
    "--at-least", type=click.IntRange(1), default=1, show_default=True, help="Leave out rarer hashes."
)
def build_filter(sources: tuple[Path, ...], out: Path, false_positives: float, at_least: int) -> None:
    """Make the filter of SOURCES: a password a line, or SHA-1 digests (HASH or HASH:COUNT); .gz too.

    A running provider reads the new file without a restart.
    """
    try:
        shape = breached.build(sources, out, false_positives, at_least)
    except breached.FilterFault as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(f"{shape.count} passwords in {out} ({shape.size / 1_000_000:.1f} MB).")


@passwords.command("check-filter")
@click.argument("file", type=click.Path())
def check_filter(file: str) -> None:
    """Show the size of a filter."""
    try:
        shape = breached.opened(file).shape
    except breached.FilterFault as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(
        f"{shape.count} passwords, {shape.size / 1_000_000:.1f} MB, 1 false alarm in {1 / shape.false_positives:.0f}."
    )
