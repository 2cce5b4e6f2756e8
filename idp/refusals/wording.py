"""The form of a refusal's words."""

from dataclasses import dataclass


def N_(text: str) -> str:
    """Mark a French sentence for translation; the page translates it when it is shown."""
    return text


@dataclass(frozen=True)
class Wording:
    """`school` says, in English and for the help desk, why it happened and what the school can do."""

    status: int
    title: str
    sentence: str
    school: str
