"""Checks a command line in a document: its nouns, verbs, options and the number of its arguments."""

import re
import shlex
from collections.abc import Iterator

import click

from idp.cli import main


def command_fault(words: list[str]) -> str:
    """The fault of the command line `idp WORDS`: an unknown noun, verb or option, or a wrong number of arguments; empty if there is none.

    Values are not checked, and files need not exist.
    """
    context = click.Context(main, info_name="idp")
    command: click.Command = main
    while isinstance(command, click.Group):
        parser = command.make_parser(context)
        try:
            _, words, _ = parser.parse_args(list(words))
        except click.UsageError as fault:
            return fault.message
        if not words:
            return ""
        deeper = command.get_command(context, words[0])
        if deeper is None:
            return f"{command.name} has no {words[0]}"
        context = click.Context(deeper, parent=context, info_name=words[0])
        command, words = deeper, words[1:]
    try:
        values, unused, _ = command.make_parser(context).parse_args(list(words))
    except click.UsageError as fault:
        return fault.message
    if unused:
        return f"{command.name} takes no {unused}"
    wanted = [
        param.name
        for param in command.params
        if isinstance(param, click.Argument)
        and param.required
        and not _was_given(values.get(str(param.name)))
    ]
    return f"{command.name} wants {wanted}" if wanted else ""


def _was_given(value: object) -> bool:
    # What click has in place of a missing argument is another value in each of its versions.
    return isinstance(value, str | tuple | list) and bool(value)


def commands_of(shell: str) -> Iterator[list[str]]:
    """The words of each `idp …` in a shell block, without redirections and what comes before and after in its line."""
    for line in shell.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        for start, word in enumerate(words):
            if word == "idp" or word.endswith("bin/idp"):
                if start and words[start - 1] not in ("sudo", "|", "&&", ";", "do", "then"):
                    continue
                end = next(
                    (at for at in range(start, len(words)) if re.fullmatch(r"\||&&|;|>|>>|<", words[at])),
                    len(words),
                )
                yield words[start + 1 : end]


def is_command(span: str) -> bool:
    """`idp …` in a sentence: arguments may be left out, `[--option]` and a list (`idp keys list, rotate`) are understood."""
    first, *aliases = span.replace("[", "").replace("]", "").split(", ")
    words = shlex.split(first)[1:]
    lines = [words, *([words[0], alias] for alias in aliases)]
    return not any(fault and " wants " not in fault for fault in (command_fault(line) for line in lines))


def is_option(span: str) -> bool:
    name = span.split()[0]

    def below(command: click.Command, context: click.Context) -> Iterator[click.Parameter]:
        yield from command.params
        if isinstance(command, click.Group):
            for noun in command.list_commands(context):
                subcommand = command.get_command(context, noun)
                assert subcommand is not None
                yield from below(subcommand, context)

    return any(name in param.opts for param in below(main, click.Context(main)))
