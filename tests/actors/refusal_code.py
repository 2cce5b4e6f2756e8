"""The outcome of an act as a code, for tests that call acts without a page."""

from collections.abc import Callable

from idp.refusals import Refusal


def code_of(act: Callable[..., object], *arguments: object) -> str | None:
    """The code of the refusal, None if the act succeeded."""
    try:
        act(*arguments)
    except Refusal as refusal:
        return refusal.code
    return None
