"""CSV files of spreadsheets and macOS: the same two pupils in each."""

import io

import pytest

from idp.cli.terminal import _malformed_uai
from idp.imports.rules.csv_export import guessed, read_csv
from idp.imports.rules.csv_lines import head_of
from idp.imports.rules.records import PupilRecord, SiecleFault, SiecleFile
from idp.imports.rules.siecle_xml import root_of
from idp.people.rules.uai import check_letter
from tests.imports.siecle_documents import eleves, zipped

HERE = "0990001N"
ROWS = ("Nom;Prénom;Date de naissance;Classe", "Lecœuvre;Zoé;1/9/2014;6 A", "D’Arvigny;Noël;14/12/2013;6 B")
PUPILS = [("Lecœuvre", "Zoé", "2014-09-01", "6 A"), ("D’Arvigny", "Noël", "2013-12-14", "6 B")]


def lines(*rows: str, end: str = "\r\n") -> str:
    return "".join(row + end for row in rows)


PLAIN = lines(*ROWS)
COMMAS = PLAIN.replace(";", ",")
WRITTEN = {
    "Excel, CSV UTF-8": PLAIN.encode("utf-8-sig"),
    "Excel, CSV": PLAIN.encode("cp1252"),
    "Excel, sep= first": lines("sep=;", *ROWS).encode("utf-8-sig"),
    "Excel, sep= first, in Windows-1252": lines("SEP=;", *ROWS).encode("cp1252"),
    "Excel, Texte Unicode": PLAIN.replace(";", "\t").encode("utf-16"),
    "Excel for Mac, CSV (Macintosh)": lines(*ROWS, end="\r").encode("mac-roman"),
    "Excel, an empty column at the end": lines(*(f"{row};" for row in ROWS)).encode("cp1252"),
    "Excel, three of them, and empty rows": lines(*(f"{row};;;" for row in ROWS), ";;;;;;").encode("cp1252"),
    "LibreOffice, commas": COMMAS.encode(),
    "LibreOffice, every text quoted": lines(
        *(";".join(f'"{cell}"' for cell in row.split(";")) for row in ROWS), end="\n"
    ).encode(),
    "LibreOffice, tabs": PLAIN.replace(";", "\t").encode(),
    "Numbers": lines(*ROWS, end="\n").replace(";", ",").encode(),
    "Numbers, dates with dashes": PLAIN.replace("1/9/2014", "01-09-2014").encode(),
    "Pronote": lines(*ROWS).replace("1/9/2014", "01/09/2014").encode("utf-8-sig"),
    "Pronote, UTF-16": PLAIN.encode("utf-16"),
    "a date with its hour": PLAIN.replace("1/9/2014", "2014-09-01 00:00:00").encode(),
    "dots in dates": PLAIN.replace("1/9/2014", "1.9.2014").encode(),
}


@pytest.mark.parametrize("content", WRITTEN.values(), ids=WRITTEN)
def test_files_of_every_program_are_read(content: bytes) -> None:
    file = SiecleFile("eleves.csv", io.BytesIO(content))
    head, first = head_of(file)
    assert [len(head), len(first)] == [4, 2]
    read = read_csv(file, guessed(head), HERE, 2026)
    assert not read.set_aside
    pupils = [
        (record.family_name, record.first_name, record.birth_date, record.class_code)
        for record in read.records
        if isinstance(record, PupilRecord)
    ]
    assert pupils == PUPILS


def test_lines_are_counted_as_the_program_shows_them() -> None:
    content = lines("sep=;", *ROWS, "Roux;Ana;31/2/2014;6 A").encode()
    file = SiecleFile("eleves.csv", io.BytesIO(content))
    (aside,) = read_csv(file, guessed(head_of(file)[0]), HERE, 2026).set_aside
    assert (aside.faults[0].code, aside.faults[0].line) == ("not_date", 5)


def test_a_column_without_a_name_in_the_middle_is_refused() -> None:
    with pytest.raises(SiecleFault) as fault:
        head_of(SiecleFile("eleves.csv", io.BytesIO(b"Nom;;Date\r\na;b;c\r\n")))
    assert fault.value.faults[0].code == "column_names"


def test_a_zip_of_macos_counts_as_one_file() -> None:
    packed = zipped(
        ("export/ElevesAvecAdresses.xml", eleves()),
        ("__MACOSX/export/._ElevesAvecAdresses.xml", b"\0\5\26\7"),
        ("export/.DS_Store", b"\0\0\0\1Bud1"),
    )
    assert root_of(SiecleFile("eleves.zip", io.BytesIO(packed))) == "BEE_ELEVES"


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("0990001W", "the letter that goes with 0990001 is "),
        ("0990001", "7 digits and the letter"),
        ("college", "7 digits and the letter"),
        ("0990001" + str(check_letter("0990001")), None),
    ],
)
def test_a_malformed_uai_is_called_malformed(written: str, fault: str | None) -> None:
    sentence = _malformed_uai(written)
    assert sentence is None if fault is None else fault in str(sentence)
    assert fault is None or written in str(sentence)
