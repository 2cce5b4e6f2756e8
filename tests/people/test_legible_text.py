"""Text of files: Windows bytes are decoded, damaged text is detected, correct names stay unchanged."""

import io

import pytest

from idp.imports.rules.csv_export import guessed, read_csv
from idp.imports.rules.csv_lines import head_of
from idp.imports.rules.records import Question, SiecleFile
from idp.people.rules.legible_text import legible
from tests.imports.exports import HERE
from tests.imports.siecle_documents import ELEVE, eleves, read


@pytest.mark.parametrize("declared", ["ISO-8859-1", "ISO-8859-15", "windows-1252"])
@pytest.mark.parametrize("name", ["Lecœuvre", "D’Arvigny", "Œuvrard", "Ÿvon", "Žan"])
def test_windows_bytes_are_read_under_an_iso_label(declared: str, name: str) -> None:
    head, _, tail = eleves(ELEVE.replace("Durand", "@@@"), declared=declared).partition(b"@@@")
    (pupil,) = read(head + name.encode("cp1252") + tail).pupils
    assert pupil.family_name == name and pupil.first_name == "Léa"


def test_windows_characters_as_references_and_in_utf_8_are_read() -> None:
    as_reference = eleves(ELEVE.replace("Durand", "Lec&#156;uvre"))
    in_utf_8 = eleves(ELEVE.replace("Durand", "Lec\x9cuvre"), declared="UTF-8")
    assert [read(content).pupils[0].family_name for content in (as_reference, in_utf_8)] == ["Lecœuvre"] * 2


NAMES = (
    "Hérisson Zoé ÉLODIE Çelik Noël Müller Øystein Œuvrard D’Arvigny Žižek Łukasz Dvořák João Conceição Ñandú"
)


@pytest.mark.parametrize("name", [*NAMES.split(), "Петренко", "阮文雄", "نور", "Παπαδόπουλος", "N° 5", "Ã Ô"])
def test_a_correct_name_is_not_doubtful(name: str) -> None:
    assert (legible(name).written, legible(name).doubtful) == (name, False)


@pytest.mark.parametrize("misread", ["latin-1", "cp1252", "iso8859-15"])
@pytest.mark.parametrize("name", [*NAMES.split(), "Hélène", "Jérôme", "Петренко"])
def test_a_name_encoded_twice_is_doubtful_and_mended(name: str, misread: str) -> None:
    try:
        twice = name.encode().decode(misread)
    except UnicodeDecodeError:
        pytest.skip("these bytes are no text in that encoding")
    if twice == name:
        pytest.skip("nothing beyond ASCII")
    assert legible(twice).doubtful
    if not (misread == "iso8859-15" and name in ("Œuvrard", "Žižek", "Łukasz", "Dvořák")):
        assert legible(twice).mended == name


@pytest.mark.parametrize("text", ["H\ufffdrisson", "L\x02ea", "\ue000", "\x81"])
def test_an_impossible_character_is_doubtful_and_not_mended(text: str) -> None:
    read_text = legible(text)
    assert read_text.doubtful and read_text.mended is None and "\ufffd" in read_text.written


CSV = "Nom;Prénom;Né le\nLecœuvre;Zoé;14/03/2015\nD’Arvigny;Noël;15/03/2015\nHÃ©risson;Léa;16/03/2015\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_csv_is_read_the_same_in_every_encoding(encoding: str) -> None:
    file = SiecleFile("x.csv", io.BytesIO(CSV.encode(encoding)))
    *two, damaged = read_csv(file, guessed(head_of(file)[0]), HERE, 2026).records
    assert [record.family_name for record in two if not isinstance(record, Question)] == [
        "Lecœuvre",
        "D’Arvigny",
    ]
    assert isinstance(damaged, Question)
    assert damaged.mended is not None and damaged.mended.family_name == "Hérisson"


def test_a_damaged_byte_in_utf_8_makes_one_record_doubtful() -> None:
    many = "".join(
        ELEVE.replace('ELEVE_ID="1"', f'ELEVE_ID="{n}"').replace("123456781AB", f"12345678{n}AB")
        for n in range(1, 6)
    )
    damaged = eleves(many, declared="UTF-8").replace("Léa".encode(), b"L\xe9a", 1)
    export = read(damaged)
    assert [record.first_name for record in export.pupils] == ["Léa"] * 4
    assert [record.faults[0].code for record in export.set_aside if record.kind == "pupil"] == [
        "text_in_doubt"
    ]
