import zipfile
import zlib

import pytest

from idp.imports.rules import siecle_export, siecle_xml
from idp.imports.rules.faults import Fault
from idp.imports.rules.records import SiecleFault, SiecleFile
from idp.imports.rules.siecle_export import read_export
from idp.people.rules.uai import is_uai
from tests.imports.exports import (
    NEARBY,
    english,
    export,
    file_of,
    files_of,
    link,
    person,
    pupil,
)
from tests.imports.siecle_documents import ELEVE, HEAD, LINK, PERSONNE, eleves, read, responsables, zipped


def fault_of(pupils: bytes | None = None, guardians: bytes | None = None) -> Fault:
    """The first fault, of the whole files or of a record that is set aside."""
    try:
        aside = read(pupils, guardians).set_aside
    except SiecleFault as refused:
        return refused.first
    assert aside
    return aside[0].faults[0]


def test_written_files_are_read_back() -> None:
    exported = export(
        pupils=(
            pupil("1", first_name="Zoé", other_first_names="Anne Œdipe", class_code="6 A"),
            pupil("2", ine=None, class_code=None, left="2026-10-02", sex="M"),
        ),
        persons=(
            person("11", usage_name="L'Épée & fils", address="Bât. A\n2 rue <des> Tilleuls"),
            person("12", civility=None, first_name=None, address=None, postal_code=None, city=None),
        ),
        links=(link("1", "11"), link("1", "12", "51"), link("2", "11", "90", 2)),
    )
    assert read_export(files_of(exported)) == exported


def test_files_are_recognised_by_their_root_element_in_any_order() -> None:
    pupils, guardians = files_of(export())
    swapped = [
        SiecleFile("ElevesSansAdresses.xml", guardians.content),
        SiecleFile("ResponsablesAvecAdresses.xml", pupils.content),
    ]
    assert read_export(swapped) == read_export([pupils, guardians])


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("ISO-8859-15", "iso-8859-15"),
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("iso-8859-1", "iso-8859-1"),
        ("ISO-8859-15", "utf-8"),
    ],
)
def test_names_keep_their_accents_in_every_encoding(declared, encoding) -> None:
    assert read(eleves(declared=declared, encoding=encoding)).pupils[0].first_name == "Léa"


def test_the_ligature_of_iso_8859_15_is_read() -> None:
    text = ELEVE.replace("Durand", "Œuvrard")
    assert read(eleves(text)).pupils[0].family_name == "Œuvrard"


def test_text_in_another_encoding_than_declared_is_refused() -> None:
    fault = fault_of(eleves(declared="UTF-8", encoding="iso-8859-15"))
    assert "utf-8" in fault.sentence


@pytest.mark.parametrize("declared", ["UTF-16", "EBCDIC-CP-FR", "x-nothing"])
def test_an_encoding_that_siecle_never_uses_is_refused(declared) -> None:
    content = eleves(declared=declared, encoding="utf-16" if declared == "UTF-16" else "utf-8")
    assert "encoding" in fault_of(content).sentence


def test_each_file_may_come_alone_in_a_zip() -> None:
    exported = read(zipped(("x.xml", eleves())), zipped(("dir/", b""), ("dir/y.XML", responsables())))
    assert exported == read()


@pytest.mark.parametrize(
    "members",
    [
        (("a.xml", eleves()), ("b.xml", responsables())),
        (("a.txt", eleves()),),
    ],
)
def test_a_zip_must_hold_one_xml_file_alone(members) -> None:
    assert "one XML file" in fault_of(zipped(*members)).sentence


def test_an_encrypted_zip_is_refused() -> None:
    content = bytearray(zipped(("a.xml", eleves())))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert "password" in fault_of(bytes(content)).sentence


def test_a_damaged_zip_is_refused() -> None:
    content = bytearray(zipped(("a.xml", eleves())))
    content[60:90] = b"\xff" * 30
    assert "zip" in fault_of(bytes(content)).sentence
    assert "zip" in fault_of(bytes(content[:80])).sentence


BILLION = "<!DOCTYPE b [<!ENTITY a '" + "x" * 50 + "'>" + "<!ENTITY b '&a;&a;&a;&a;'>" + "]>"


@pytest.mark.parametrize(
    "before",
    [
        BILLION,
        '<!DOCTYPE b SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE b [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
        "<!DOCTYPE b>",
    ],
)
def test_a_document_type_is_refused_whatever_it_declares(before) -> None:
    fault = fault_of(eleves(ELEVE.replace("Durand", "&b;") if "b '" in before else ELEVE, before=before))
    assert "document type" in fault.sentence


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siecle_xml, "LARGEST_FILE", 1_000_000)
    bomb = eleves(ELEVE.replace("Durand", " " * 5_000_000))
    packed = zipped(("a.xml", bomb))
    assert len(packed) < 20_000
    fault = fault_of(packed)
    assert "larger" in fault.sentence or "longer" in fault.sentence


def test_a_file_larger_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siecle_xml, "LARGEST_FILE", 100_000)
    assert "larger" in fault_of(eleves(ELEVE + "<!-- " + "x" * 200_000 + " -->")).sentence


def test_a_file_of_endless_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siecle_export, "MOST_ROWS", 20)
    many = "\n".join(ELEVE.replace('ELEVE_ID="1"', f'ELEVE_ID="{number}"') for number in range(30))
    fault = fault_of(eleves(many))
    assert (fault.code, fault.facts["number"]) == ("too_many_lines", "20")


def test_a_field_without_end_is_refused() -> None:
    fault = fault_of(eleves(ELEVE.replace("Durand", "x" * 2_000)))
    assert fault.field == "NOM_DE_FAMILLE"
    assert "longer" in fault.sentence


def test_deep_nesting_is_refused() -> None:
    assert "nested" in fault_of(eleves("<X>" * 50_000)).sentence


@pytest.mark.parametrize("content", [b"", b"nothing", b"<BEE_ELEVES>", eleves()[:-30], b"\x00" * 50])
def test_content_that_is_not_xml_is_refused(content) -> None:
    assert fault_of(content).file == "e.xml"


@pytest.mark.parametrize("root", ["BEE_STRUCTURES", "BEE_NOMENCLATURES", "html"])
def test_another_root_element_is_reported(root) -> None:
    fault = fault_of(f"<{root}><A/></{root}>".encode())
    assert root in fault.sentence or "not a SIECLE export" in fault.sentence


def test_both_files_are_required() -> None:
    with pytest.raises(SiecleFault, match="missing"):
        read_export([file_of(eleves())])
    with pytest.raises(SiecleFault, match="and so is"):
        read_export([file_of(eleves()), file_of(eleves())])


def test_two_schools_are_never_mixed() -> None:
    files_nearby = files_of(export(uai=NEARBY))
    with pytest.raises(SiecleFault, match=r"responsables\.xml, UAJ: This is of the school 0990002P"):
        read_export([files_of(export())[0], files_nearby[1]])


def test_two_years_are_never_mixed() -> None:
    with pytest.raises(SiecleFault, match=r"responsables\.xml, ANNEE_SCOLAIRE: .* 2025"):
        read_export([files_of(export())[0], files_of(export(year=2025))[1]])


@pytest.mark.parametrize(
    ("uai", "right"),
    [
        ("0990001N", True),
        ("0990001W", False),
        ("099000N", False),
        ("0990001n", False),
        ("099000１N", False),
        ("0750001A", False),
        ("0000000A", True),
        ("0000022Z", True),
        ("", False),
    ],
)
def test_the_check_letter_of_a_uai_is_verified(uai, right) -> None:
    assert is_uai(uai) is right


@pytest.mark.parametrize(
    ("old", "new", "field", "line"),
    [
        ("14/03/2015", "2015-03-14", "DATE_NAISS", 4),
        ("14/03/2015", "31/02/2015", "DATE_NAISS", 4),
        ("14/03/2015", "", "DATE_NAISS", 4),
        ("123456781AB", "12345", "ID_NATIONAL", 4),
        ('ELEVE_ID="1"', 'ELEVE_ID=""', "ELEVE_ID", 4),
        ('ELEVE_ID="1"', 'ELEVE_ID="1 OR 1=1"', "ELEVE_ID", 4),
        ("<PRENOM>Léa", "<PRENOM> ", "PRENOM", 4),
        ("Durand", "x" * 101, "NOM_DE_FAMILLE", 4),
        (ELEVE, f"{ELEVE}\n{ELEVE}", "ELEVE_ID", 5),
        (ELEVE, ELEVE + "\n" + ELEVE.replace('ELEVE_ID="1"', 'ELEVE_ID="2"'), "ID_NATIONAL", 4),
        ("0990001N", "0990001X", "UAJ", 2),
        ("<UAJ>0990001N</UAJ>", "", "UAJ", 2),
        (">2026<", ">26<", "ANNEE_SCOLAIRE", 2),
        (HEAD, "", "PARAMETRES", None),
    ],
)
def test_faults_of_the_pupils_file_have_line_and_field(old, new, field, line) -> None:
    content = eleves().decode("iso-8859-15").replace(old, new).encode("iso-8859-15")
    fault = fault_of(content)
    assert (fault.file, fault.field, fault.line) == ("e.xml", field, line)
    assert str(fault).startswith("e.xml")


@pytest.mark.parametrize(
    ("old", "new", "field", "line"),
    [
        ("<NIVEAU_RESPONSABILITE>1<", "<NIVEAU_RESPONSABILITE>9<", "NIVEAU_RESPONSABILITE", 6),
        ("<CODE_PARENTE>10<", "<CODE_PARENTE>mère<", "CODE_PARENTE", 6),
        ("<PERSONNE_ID>11<", "<PERSONNE_ID>12<", "PERSONNE_ID", 6),
        (PERSONNE, f"{PERSONNE}\n{PERSONNE}", "PERSONNE_ID", 5),
        ("Durand", "", "NOM_DE_FAMILLE", 4),
    ],
)
def test_faults_of_the_guardians_file_have_line_and_field(old, new, field, line) -> None:
    content = responsables().decode("iso-8859-15").replace(old, new).encode("iso-8859-15")
    fault = fault_of(None, content)
    assert (fault.file, fault.field, fault.line) == ("r.xml", field, line)


def test_old_exports_have_nom_and_resp_legal() -> None:
    old_pupil = ELEVE.replace("NOM_DE_FAMILLE", "NOM")
    old_person = PERSONNE.replace("NOM_DE_FAMILLE", "NOM")
    for written, level in (("1", 1), ("2", 1), ("true", 1), ("0", 3), ("false", 3), ("", 3)):
        links = LINK.replace(
            "<NIVEAU_RESPONSABILITE>1</NIVEAU_RESPONSABILITE>", f"<RESP_LEGAL>{written}</RESP_LEGAL>"
        )
        export_read = read(eleves(old_pupil), responsables(old_person, links))
        assert (export_read.pupils[0].family_name, export_read.persons[0].family_name) == ("Durand", "Durand")
        assert export_read.links[0].level == level


STRUCTURES = (
    '<STRUCTURES_ELEVE ELEVE_ID="1" ELENOET="7">'
    "<STRUCTURE><CODE_STRUCTURE>6GR1</CODE_STRUCTURE><TYPE_STRUCTURE>G</TYPE_STRUCTURE></STRUCTURE>"
    "<STRUCTURE><CODE_STRUCTURE>6  A</CODE_STRUCTURE><TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE>"
    "</STRUCTURES_ELEVE>"
)


def test_the_class_is_the_structure_of_type_d_and_may_be_missing() -> None:
    assert read(eleves(structures=STRUCTURES)).pupils[0].class_code == "6 A"
    groups_alone = STRUCTURES.replace(">D<", ">G<")
    assert read(eleves(structures=groups_alone)).pupils[0].class_code is None
    assert read().pupils[0].class_code is None


def test_nested_fields_are_not_those_of_the_pupil() -> None:
    last_year = (
        "<SCOLARITE_AN_DERNIER><CODE_MEF>9999</CODE_MEF><NOM_DE_FAMILLE>Autre</NOM_DE_FAMILLE>"
        "<DATE_NAISS>non</DATE_NAISS></SCOLARITE_AN_DERNIER><CODE_MEF>10010012110</CODE_MEF></ELEVE>"
    )
    record = read(eleves(ELEVE.replace("</ELEVE>", last_year))).pupils[0]
    assert (record.mef, record.family_name) == ("10010012110", "Durand")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("0639980001", "+33639980001"),
        ("06 39 98 00 01", "+33639980001"),
        ("+33639980001", "+33639980001"),
        ("+33 6.39.98.00.01", "+33639980001"),
        ("0033639980001", "+33639980001"),
        ("+32 470 12 34 56", "+32470123456"),
        ("12", None),
        ("liste rouge", None),
    ],
)
def test_phones_are_stored_in_e164(written, stored) -> None:
    personne = PERSONNE.replace("</PERSONNE>", f"<TEL_PORTABLE>{written}</TEL_PORTABLE></PERSONNE>")
    record = read(None, responsables(personne)).persons[0]
    assert record.mobile == stored
    assert record.unusable == (() if stored else ("TEL_PORTABLE",))


def test_a_number_without_country_is_read_by_the_plan_of_the_school() -> None:
    head = HEAD.replace("0990001N", "9740001H")
    assert is_uai("9740001H")
    personne = PERSONNE.replace("</PERSONNE>", "<TEL_PORTABLE>0692123456</TEL_PORTABLE></PERSONNE>")
    record = read(eleves(head=head), responsables(personne, head=head)).persons[0]
    assert record.mobile == "+262692123456"


@pytest.mark.parametrize(
    ("uai", "written", "stored"),
    [
        ("0990001N", "0692 11 22 33", "+262692112233"),
        ("9740001H", "06 12 34 56 78", "+33612345678"),
        ("9740001H", "0692 11 22 33", "+262692112233"),
        ("9740001H", "06 12 34 56 7", None),
    ],
)
def test_a_number_is_read_by_the_territory_that_makes_it_valid(uai, written, stored) -> None:
    head = HEAD.replace("0990001N", uai)
    personne = PERSONNE.replace("</PERSONNE>", f"<TEL_PORTABLE>{written}</TEL_PORTABLE></PERSONNE>")
    record = read(eleves(head=head), responsables(personne, head=head)).persons[0]
    assert record.mobile == stored
    assert english(record.contact_notes) == (() if stored else ("TEL_PORTABLE cannot be read",))


@pytest.mark.parametrize(
    ("personal", "phone", "notes"),
    [
        ("", "+33123456789", ()),
        ("<TEL_PERSONNEL>+33 1 23 45 67 89</TEL_PERSONNEL>", "+33123456789", ()),
        (
            "<TEL_PERSONNEL>02 23 45 67 89</TEL_PERSONNEL>",
            "+33223456789",
            ("TEL_PORTABLE is a landline: left out",),
        ),
        ("<TEL_PERSONNEL>12</TEL_PERSONNEL>", "+33123456789", ("TEL_PERSONNEL cannot be read",)),
    ],
)
def test_a_landline_is_never_the_mobile(personal, phone, notes) -> None:
    fields = f"<TEL_PORTABLE>01 23 45 67 89</TEL_PORTABLE>{personal}</PERSONNE>"
    record = read(None, responsables(PERSONNE.replace("</PERSONNE>", fields))).persons[0]
    assert (record.mobile, record.phone, english(record.contact_notes)) == (None, phone, notes)


def test_a_pupil_is_imported_without_an_unreadable_number() -> None:
    for written, note in (("12", "cannot be read"), ("01 23 45 67 89", "is a landline: left out")):
        fields = f"<TEL_PORTABLE>{written}</TEL_PORTABLE></ELEVE>"
        record = read(eleves(ELEVE.replace("</ELEVE>", fields))).pupils[0]
        assert (record.mobile, english(record.contact_notes)) == (None, (f"TEL_PORTABLE {note}",))


def test_a_mail_is_read_as_on_a_page() -> None:
    personne = PERSONNE.replace("</PERSONNE>", "<MEL>É&#x200b;lise@Société.fr </MEL></PERSONNE>")
    record = read(None, responsables(personne)).persons[0]
    assert record.contact_mail == "Élise@xn--socit-esab.fr"


def test_an_unusable_mail_address_is_left_out_and_noted() -> None:
    personne = PERSONNE.replace("</PERSONNE>", "<MEL>claire chez exemple</MEL></PERSONNE>")
    record = read(None, responsables(personne)).persons[0]
    assert (record.contact_mail, record.unusable) == (None, ("MEL",))


def test_addresses_may_follow_the_persons_who_live_there() -> None:
    personne = PERSONNE.replace("</PERSONNE>", "<ADRESSE_ID>5</ADRESSE_ID></PERSONNE>")
    address = (
        '<ADRESSE ADRESSE_ID="5"><LIGNE1_ADRESSE>Bât. A</LIGNE1_ADRESSE><LIGNE3_ADRESSE>2 rue</LIGNE3_ADRESSE>'
        "<CODE_POSTAL>99110</CODE_POSTAL><LIBELLE_POSTAL>VALMORET</LIBELLE_POSTAL></ADRESSE>"
    )
    record = read(None, responsables(personne, addresses=address)).persons[0]
    assert (record.address, record.postal_code, record.city) == ("Bât. A\n2 rue", "99110", "VALMORET")


def test_links_to_pupils_who_are_not_in_the_file_are_left_out() -> None:
    links = LINK + LINK.replace("<ELEVE_ID>1<", "<ELEVE_ID>99<")
    assert [link_read.pupil for link_read in read(None, responsables(links=links)).links] == ["1"]


def test_names_are_nfc_and_hold_no_invisible_characters() -> None:
    text = ELEVE.replace("Léa", "Le\u0301a\u200b  Rose")
    assert read(eleves(text, declared="UTF-8")).pupils[0].first_name == "Léa Rose"


@pytest.mark.parametrize("end", [0, 200])
def test_a_file_is_read_again_from_its_beginning(end) -> None:
    files = files_of(export())
    for file in files:
        file.content.seek(end)
    assert read_export(files) == read_export(files)


def test_damaged_compression_is_a_fault() -> None:
    whole = zipped(("a.xml", eleves() + b" " * 5_000))
    for place in range(35, len(whole) - 60, 7):
        broken = bytearray(whole)
        broken[place] ^= 0x55
        try:
            read(bytes(broken))
        except SiecleFault:
            pass
        except (zipfile.BadZipFile, zlib.error) as raw:
            pytest.fail(f"byte {place}: {raw!r}")
