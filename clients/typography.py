"""French typography: no-break spaces before `: ; ? !` and inside « », so that none of them begins or ends a line alone.

Code and templates are written with plain spaces. The literal text of templates is replaced when a template is compiled;
a sentence from the code passes through the filter `french`. Names and other values stay as they are.
"""

import re
from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_BEFORE = re.compile(r" (?=[:;?!»])")
_AFTER = re.compile(r"(?<=«) ")


def french(sentence: str) -> str:
    """The sentence with no-break spaces."""
    return _AFTER.sub(NO_BREAK_SPACE, _BEFORE.sub(NO_BREAK_SPACE, sentence))


class FrenchTypography(Extension):
    """Jinja extension: the filter `french`, and no-break spaces in the literal text of every template."""

    def __init__(self, environment) -> None:  # type: ignore[no-untyped-def]
        super().__init__(environment)
        environment.filters["french"] = french

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            yield Token(token.lineno, "data", french(token.value)) if token.type == "data" else token
