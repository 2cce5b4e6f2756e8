"""The pages of the console."""

from idp.console.pages import (
    academy,
    administrators,
    confirmation,
    delegations,
    home,
    imports,
    jobs,
    keys,
    letters,
    people,
    person,
    record,
    services,
)
from idp.console.pages.page import blueprint

__all__ = [
    "academy",
    "administrators",
    "blueprint",
    "confirmation",
    "delegations",
    "home",
    "imports",
    "jobs",
    "keys",
    "letters",
    "people",
    "person",
    "record",
    "services",
]
