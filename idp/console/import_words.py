"""What the console's pages write of an import: `template_filters.py` names the filters."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from idp.console.rules.import_sentences import RECORD_FIELDS, SIECLE_FIELDS, sentence_of
from idp.console.rules.import_words import IMPORT_STATES, RECORDS, VERDICTS


def import_sentence(stored: Mapping[str, Any] | str) -> str:
    """A fault or reason stored with an import, in the reader's language, without its place.

    Imports checked before codes were stored hold English text instead: it is shown as it is.
    """
    if isinstance(stored, str):
        return stored
    if "code" not in stored:
        return str(stored["sentence"])
    sentence, facts = sentence_of(stored)
    attribute = RECORD_FIELDS.get(facts.get("field", ""))
    if attribute:
        facts["field"] = gettext(attribute)
    return str(gettext(sentence, **facts))


def fault_line(fault: Mapping[str, Any]) -> str:
    """A fault or reason with its place in the file, and whom it concerns."""
    if not fault.get("file"):
        return import_sentence(fault)
    place = [str(fault["file"])]
    if fault.get("line"):
        place.append(gettext("ligne %(line)s", line=fault["line"]))
    if fault.get("field"):
        place.append(field_word(fault["field"]))
    persons = ", ".join(
        [fault["name"], *([f"{gettext('INE')} {fault['ine']}"] if fault.get("ine") else [])]
        if fault.get("name")
        else []
    )
    return f"{', '.join(place)}{f' ({persons})' if persons else ''} : {import_sentence(fault)}"


def import_state(state: str) -> str:
    return str(gettext(IMPORT_STATES[state]))


def verdict_word(verdict: str) -> str:
    return str(gettext(VERDICTS[verdict]))


def record_word(kind: str) -> str:
    return str(gettext(RECORDS[kind]))


def field_word(name: str) -> str:
    """A field of SIECLE, or of a guardian in a table (R1.MEL); a column of the office's own stays as it is."""
    number, dot, column = name.rpartition(".")
    word = SIECLE_FIELDS.get(column if number in ("R1", "R2") else name)
    return f"{number}{' – ' if dot else ''}{gettext(word)}" if word else name
