"""Codes of what an import has to say. Rules and the database hold a code and its facts; sentences are formed at the edge."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self


class SentenceCode(StrEnum):
    """A stored code with its two sentences; `%(name)s` stands for a fact.

    `french` is marked for translation: pages show it in the reader's language. `english` is for commands and logs.
    """

    french: str
    english: str

    def __new__(cls, code: str, french: str, english: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.french = french
        member.english = english
        return member

    def in_english(self, facts: Mapping[str, str]) -> str:
        return self.english % facts
