"""What people read on the pages, and in which languages."""

from typing import Any

from pydantic import Field, model_validator

from idp.languages import LANGUAGES, Code
from idp.settings.sections import Section

PerLanguage = dict[Code, str]
"""A text that pages show, in each language that they are written in."""

SCHOOL_OFFICE: PerLanguage = {
    "fr": "le secrétariat de votre établissement",
    "en": "your school’s office",
    "ar": "إدارة مؤسستكم المدرسية",
    "pt": "a secretaria da sua escola",
    "tr": "okulunuzun sekreterliği",
    "uk": "секретаріат вашої школи",
    "falc": "le secrétariat de votre établissement",
}


class Service(Section):
    """What people read on the pages."""

    name: str = Field("EduConnect du collège", description="Name of the service on every page and mail.")
    school_office: PerLanguage = Field(
        SCHOOL_OFFICE,
        description="Whom a family turns to, article included, in each language: sentences end in “contactez …”, “please contact …”. One text alone is for the first of `languages`. Not set: signed-in people read the office of their own school.",
    )
    support_mail: str = Field("", description="Address of the help desk; empty: none is shown.")
    academy: str = Field(
        "",
        pattern=r"^([A-Z][A-Z-]{1,38})?$",
        description="Code of the academy before the number in ENTPersonJointure, for example AC-RENNES; empty: services do not receive that attribute.",
    )
    portal_url: str = Field(
        "http://localhost:8001", description="Where people go who arrive without a service."
    )
    accent: str = Field(
        "#0b5563",
        pattern=r"^#[0-9a-fA-F]{6}$",
        description="Main colour of the pages; must keep 4.5:1 against white.",
    )
    logo_url: str = Field(
        "", description="Logo at the head of pages; empty: the name alone. No mark of the State."
    )
    timezone: str = Field("Europe/Paris", description="By which clock people read moments.")
    languages: list[Code] = Field(
        list(LANGUAGES),
        min_length=1,
        description="Languages offered, the first is the default. The console is written in `fr` and `en`; `falc` is French that is easy to read.",
    )

    @model_validator(mode="before")
    @classmethod
    def _one_text_is_for_the_first_language(cls, value: Any) -> Any:
        office = value.get("school_office") if isinstance(value, dict) else None
        if not isinstance(office, str):
            return value
        offered = value.get("languages") or list(SCHOOL_OFFICE)
        return {**value, "school_office": {offered[0]: office}}

    def names_office(self, language: str) -> bool:
        """Whether the office is configured in `language`: it then stands on every page, whatever school a person belongs to."""
        return self.office(language) not in SCHOOL_OFFICE.values()

    def office(self, language: str) -> str:
        """The name of the school's office in `language`; never in another language."""
        texts = {**SCHOOL_OFFICE, **{code: text for code, text in self.school_office.items() if text}}
        return next((text for code, text in texts.items() if code == language), texts["en"])
