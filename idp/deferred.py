"""Modules that are imported at their first use, and not at the start.

    if TYPE_CHECKING:
        import segno
    else:
        segno = deferred.module("segno")

The names are ordinary imports for mypy and import-linter, which hold types and layers; `tests/operations/test_start.py`
compares both halves. The import itself is Python's own, with its locks: a second thread waits for the first.
"""

from importlib import import_module
from typing import Any


class Deferred:
    """Stands for the module `name`, which is imported when an attribute is read."""

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "__name__", name)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self.__name__), attribute)

    def __setattr__(self, attribute: str, value: Any) -> None:
        setattr(import_module(self.__name__), attribute, value)


def module(name: str) -> Any:
    """The module `name`, imported when an attribute of it is read. Raises ImportError then, not here."""
    return Deferred(name)
