"""The pages of the console."""

from idp.console.pages import (
    confirmation,
    delegations,
    home,
    imports,
    jobs,
    letters,
    people,
    person,
)
from idp.console.pages.page import blueprint

__all__ = [
    "blueprint",
    "confirmation",
    "delegations",
    "home",
    "imports",
    "jobs",
    "letters",
    "people",
    "person",
]
