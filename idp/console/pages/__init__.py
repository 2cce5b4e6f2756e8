"""The pages of the console."""

from idp.console.pages import (
    academy,
    confirmation,
    delegations,
    home,
    imports,
    jobs,
    letters,
    people,
    person,
    services,
)
from idp.console.pages.page import blueprint

__all__ = [
    "academy",
    "blueprint",
    "confirmation",
    "delegations",
    "home",
    "imports",
    "jobs",
    "letters",
    "people",
    "person",
    "services",
]
