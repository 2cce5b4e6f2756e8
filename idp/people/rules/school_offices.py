"""The office of a school by the school's name, article included: sentences end in "contactez …", "please contact …"."""

from idp.people.rules.names import plain

_FRENCH = ("fr", "falc")
_ELSEWHERE = {
    "en": "the office of {}",
    "ar": "إدارة {}",
    "pt": "a secretaria de {}",
    "tr": "{} sekreterliği",
    "uk": "секретаріат {}",
}
_MASCULINE = ("college", "lycee", "groupe")
_ELIDED = ("ecole", "institution", "institut", "etablissement", "externat", "ensemble")


def office_of(school: str, language: str) -> str:
    """The office of the school named `school`, in `language`."""
    if language not in _FRENCH:
        return _ELSEWHERE.get(language, _ELSEWHERE["en"]).format(school)
    first = school.partition(" ")[0]
    kind = plain(first)
    named = school if first.isupper() else school[:1].lower() + school[1:]
    if kind in _MASCULINE:
        return f"le secrétariat du {named}"
    if kind in _ELIDED:
        return f"le secrétariat de l’{named}"
    return f"le secrétariat de votre établissement ({school})"
