"""French typography: no-break spaces before `: ; ? !` and inside « », in every French sentence that people read.

The sentences in code and templates are written with plain spaces; the translations of a French page replace them. Facts
that a sentence receives (names, addresses) are not touched. SMS keep plain spaces: a no-break space is no character of GSM 7-bit.
"""

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from gettext import translation
from typing import Any

from flask_babel import Domain, get_locale
from markupsafe import Markup

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_BEFORE = re.compile(r" (?=[:;?!»])")
EASY = "falc"
"""The code of French that is easy to read."""
_AFTER = re.compile(r"(?<=«) ")


@lru_cache(maxsize=4096)
def with_no_break_spaces(sentence: str) -> str:
    """A French sentence whose `: ; ? !` and quotation marks never begin or end a line alone."""
    return _AFTER.sub(NO_BREAK_SPACE, _BEFORE.sub(NO_BREAK_SPACE, sentence))


def left_to_right(number: str) -> Markup:
    """A number in groups: their order stays the same in a page that reads from the right."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(number)


def by_itself(words: str) -> Markup:
    """Words of any language, in their own direction: "4 A, Collège des Tilleuls" in a page that reads from the right."""
    return Markup("<bdi>{}</bdi>").format(words)


class FrenchTranslations:
    """Translations whose sentences are French: the same, with no-break spaces."""

    def __init__(self, translations: Any) -> None:
        self._translations = translations

    def ugettext(self, message: str) -> str:
        return with_no_break_spaces(self._translations.ugettext(message))

    def ungettext(self, singular: str, plural: str, number: int) -> str:
        return with_no_break_spaces(self._translations.ungettext(singular, plural, number))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._translations, name)


class EasyTranslations:
    """Translations that put easy French, where a sentence has it, in the place of French."""

    def __init__(self, easy: Any) -> None:
        self._easy = easy

    def ugettext(self, message: str) -> str:
        return str(self._easy.gettext(message))

    def ungettext(self, singular: str, plural: str, number: int) -> str:
        return str(self._easy.ngettext(singular, plural, number))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._easy, name)


class TypographicDomain(Domain):  # type: ignore[misc]
    """Flask-Babel's messages; those of a French page have no-break spaces. `language`: the code of the present one."""

    def __init__(self, language: Callable[[], str]) -> None:
        super().__init__()
        self._language = language

    def get_translations(self) -> Any:
        translations, locale = super().get_translations(), get_locale()
        if locale is None or locale.language != "fr":
            return translations
        if self._language() == EASY:
            translations = EasyTranslations(self._easy)
        return FrenchTranslations(translations)

    @cached_property
    def _easy(self) -> Any:
        """No locale of Babel has this name: its catalogue is looked up by the folder."""
        folder = next(iter(self.translation_directories))
        return translation("messages", folder, [EASY], fallback=True)
