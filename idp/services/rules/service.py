"""A service that people sign in to: the facts common to all protocols."""

from dataclasses import dataclass

AGE_OF_CONSENT = 15
"""Years. Article 45 of the law Informatique et Libertés."""

LEVELS = ("eidas1", "eidas2")
"""Authentication levels that can be reached here, the lowest first: a password; two factors, or a passkey."""


@dataclass(frozen=True)
class Service:
    """`id` is unique among the services of all protocols. `name` is French; `name_en` is for English pages, None: the same.

    `first_party`: a service of the school, which needs no consent. `season_from` and `season_until` are days of the year
    (MM-DD); `accepted_schools` are UAIs, an empty tuple means all schools. The addresses are for pages.
    """

    id: str
    name: str
    first_party: bool = False
    season_from: str | None = None
    season_until: str | None = None
    accepted_schools: tuple[str, ...] = ()
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    name_en: str | None = None

    def named(self, language: str) -> str:
        """The name on pages in a language."""
        return self.name_en if language == "en" and self.name_en else self.name
