"""Heads of letters and mails, with the brand of their school."""

from idp.runtime.context import settings
from idp.schools import appearance, logos
from idp.schools.rules.colours import legible_accent
from idp.schools.rules.letterheads import Letterhead, Picture, names_of_head


def names_for(school: str, uai: str, service: str) -> tuple[str, ...]:
    """The names at a head: of the school, and of its brand or else of `service`. `school`, `uai`: empty where there is no one school."""
    return names_of_head(school, appearance.brand_for(uai or None).name or service)


def for_mail(school: str, uai: str) -> Letterhead:
    """The head of a mail in the name of `school`. For a mail of no one school both are empty."""
    return _head(school, uai, logos.of_mail(appearance.brand_for(uai or None).logo))


def for_paper(school: str, uai: str) -> Letterhead:
    """The head of the letters of `school`."""
    return _head(school, uai, logos.of_paper(appearance.brand_for(uai or None).logo))


def _head(school: str, uai: str, logo: Picture | None) -> Letterhead:
    service = settings().service
    accent = appearance.brand_for(uai or None).accent or service.accent
    return Letterhead(names_for(school, uai, service.name), legible_accent(accent), logo)
