"""The languages that people read. Two are whole; the others are those of families: sign-in, first login, recovery, account, letters, mails."""

from dataclasses import dataclass
from typing import Literal, cast

Code = Literal["fr", "en", "ar", "pt", "tr", "uk", "falc"]


@dataclass(frozen=True)
class Language:
    """`name`: in the language itself. `tag`: BCP 47, for `lang` attributes and tokens. `is_whole`: the console is written in it too."""

    code: Code
    name: str
    tag: str
    direction: Literal["ltr", "rtl"] = "ltr"
    is_whole: bool = False


LANGUAGES: dict[Code, Language] = {
    language.code: language
    for language in (
        Language("fr", "Français", "fr", is_whole=True),
        Language("en", "English", "en", is_whole=True),
        Language("ar", "العربية", "ar", direction="rtl"),
        Language("pt", "Português", "pt"),
        Language("tr", "Türkçe", "tr"),
        Language("uk", "Українська", "uk"),
        # French that is easy to read and to understand (FALC): short words, one idea a sentence.
        Language("falc", "Français facile", "fr"),
    )
}


def language_of(code: str) -> Language:
    """The language of a code. Raises KeyError."""
    return LANGUAGES[cast(Code, code)]


def tag_of(code: str | None) -> str | None:
    """The BCP 47 tag of a language's code: what other programs understand."""
    return language_of(code).tag if code in LANGUAGES else code
