"""Bring the sentences that families see into the catalogues of their languages, and compile them.

`.venv/bin/python scripts/catalogues.py`; then translate what is empty, and run it again. The English catalogue, which has
the console too, is kept by scripts/translate.sh. Easy French (`falc`) holds the sentences alone that are written
otherwise there: an entry without a translation is left out.
"""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "idp" / "translations"
FAMILY = {"ar": "ar", "pt": "pt", "tr": "tr", "uk": "uk", "falc": "fr"}
"""Code of a language → locale of its plural forms and dates."""
EASY = "falc"
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""The same in every run, so that a catalogue changes with its sentences alone."""


def family_sentences() -> Catalog:
    """Every sentence that families may see, in French, with its forms for one and several."""
    with (ROOT / "scripts" / "family.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, "scripts/family.cfg")
    sentences = Catalog(charset="utf-8")
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
    for _, _, message, _, context in extract_from_dir(str(ROOT / "idp"), methods, options, keywords):
        if message:
            sentences.add(message, context=context)
    return sentences


def read(code: str) -> Catalog:
    """The catalogue of a language as it is; an empty one if there is none."""
    path = FOLDER / code / "LC_MESSAGES" / "messages.po"
    text = path.read_bytes() if path.exists() else b""
    return read_po(io.BytesIO(text), locale=FAMILY[code], domain="messages")


def brought_up_to_date(code: str, sentences: Catalog) -> Catalog:
    """The catalogue with every sentence of today and no other, in the order of the alphabet."""
    before, after = (
        read(code),
        Catalog(FAMILY[code], charset="utf-8", fuzzy=False, creation_date=WRITTEN, revision_date=WRITTEN),
    )
    for message in sentences:
        if not message.id:
            continue
        known = before.get(message.id)
        translation = known.string if known is not None else None
        if code != EASY or (translation and any(translation)):
            after.add(message.id, translation or "")
    return after


def write(code: str, catalogue: Catalog) -> int:
    """Write the text and the compiled form. Returns the number of sentences that wait for a translation."""
    folder = FOLDER / code / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    text = io.BytesIO()
    write_po(text, catalogue, width=120, omit_header=True, sort_output=True, ignore_obsolete=True)
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Language: {FAMILY[code]}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    (folder / "messages.po").write_text(head + text.getvalue().decode(), encoding="utf-8")
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    return sum(1 for message in catalogue if message.id and not any(message.string or ""))


if __name__ == "__main__":
    known = family_sentences()
    for language in sys.argv[1:] or FAMILY:
        waiting = write(language, brought_up_to_date(language, known))
        sys.stdout.write(f"{language}: {waiting} sentences wait for a translation\n")
