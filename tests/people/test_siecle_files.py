import io
import zipfile
import zlib

import pytest

from idp.people.rules import siecle_xml
from idp.people.rules.siecle import SiecleFault, SiecleFile, is_uai
from idp.people.rules.siecle_export import read_export
from tests.people.exports import (
    NEARBY,
    export,
    file_of,
    files_of,
    link,
    person,
    pupil,
)

HEAD = (
    "<PARAMETRES><UAJ>0990001N</UAJ><ANNEE_SCOLAIRE>2026</ANNEE_SCOLAIRE>"
    "<DATE_EXPORT>16/11/2026</DATE_EXPORT></PARAMETRES>"
)
ELEVE = (
    '<ELEVE ELEVE_ID="1" ELENOET="7"><ID_NATIONAL>123456781AB</ID_NATIONAL><NOM_DE_FAMILLE>Durand</NOM_DE_FAMILLE>'
    "<PRENOM>Léa</PRENOM><DATE_NAISS>14/03/2015</DATE_NAISS><CODE_SEXE>2</CODE_SEXE></ELEVE>"
)
PERSONNE = (
    '<PERSONNE PERSONNE_ID="11"><LC_CIVILITE>MME</LC_CIVILITE><NOM_DE_FAMILLE>Durand</NOM_DE_FAMILLE>'
    "<PRENOM>Claire</PRENOM></PERSONNE>"
)
LINK = (
    "<RESPONSABLE_ELEVE><ELEVE_ID>1</ELEVE_ID><PERSONNE_ID>11</PERSONNE_ID>"
    "<NIVEAU_RESPONSABILITE>1</NIVEAU_RESPONSABILITE><CODE_PARENTE>10</CODE_PARENTE></RESPONSABLE_ELEVE>"
)


def eleves(
    eleve=ELEVE,
    structures="",
    head=HEAD,
    declared="ISO-8859-15",
    encoding=None,
    before="",
) -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{declared}"?>\n{before}<BEE_ELEVES VERSION="2.1">{head}<DONNEES>\n'
        f"<ELEVES>\n{eleve}\n</ELEVES><STRUCTURES>{structures}</STRUCTURES></DONNEES></BEE_ELEVES>"
    )
    return text.encode(encoding or declared)


def responsables(personne=PERSONNE, links=LINK, addresses="", head=HEAD) -> bytes:
    text = (
        f'<?xml version="1.0" encoding="ISO-8859-15"?>\n<BEE_RESPONSABLES>{head}<DONNEES>\n'
        f"<PERSONNES>\n{personne}\n</PERSONNES><RESPONSABLES>\n{links}\n</RESPONSABLES>"
        f"<ADRESSES>{addresses}</ADRESSES></DONNEES></BEE_RESPONSABLES>"
    )
    return text.encode("iso-8859-15")


def read(pupils: bytes | None = None, guardians: bytes | None = None):
    return read_export(
        [
            file_of(eleves() if pupils is None else pupils, "e.xml"),
            file_of(responsables() if guardians is None else guardians, "r.xml"),
        ]
    )


def fault_of(pupils: bytes | None = None, guardians: bytes | None = None) -> SiecleFault:
    with pytest.raises(SiecleFault) as caught:
        read(pupils, guardians)
    return caught.value


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def test_what_is_written_is_read_again():
    said = export(
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
    assert read_export(files_of(said)) == said


def test_files_are_known_by_their_root_element_in_any_order():
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
def test_names_keep_their_accents_in_every_encoding_met(declared, encoding):
    assert read(eleves(declared=declared, encoding=encoding)).pupils[0].first_name == "Léa"


def test_the_ligature_of_iso_8859_15_is_read():
    text = ELEVE.replace("Durand", "Œuvrard")
    assert read(eleves(text)).pupils[0].family_name == "Œuvrard"


def test_text_that_is_not_what_it_declares_is_refused():
    fault = fault_of(eleves(declared="UTF-8", encoding="iso-8859-15"))
    assert "utf-8" in fault.sentence


@pytest.mark.parametrize("declared", ["UTF-16", "EBCDIC-CP-FR", "x-nothing"])
def test_an_encoding_that_siecle_never_uses_is_refused(declared):
    content = eleves(declared=declared, encoding="utf-16" if declared == "UTF-16" else "utf-8")
    assert "encoding" in fault_of(content).sentence


def test_each_file_may_come_alone_in_a_zip():
    said = read(zipped(("x.xml", eleves())), zipped(("dir/", b""), ("dir/y.XML", responsables())))
    assert said == read()


@pytest.mark.parametrize(
    "members",
    [
        (("a.xml", eleves()), ("b.xml", responsables())),
        (("a.txt", eleves()),),
    ],
)
def test_a_zip_must_hold_one_xml_file_alone(members):
    assert "one XML file" in fault_of(zipped(*members)).sentence


def test_an_encrypted_zip_is_refused():
    content = bytearray(zipped(("a.xml", eleves())))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert "password" in fault_of(bytes(content)).sentence


def test_a_damaged_zip_is_refused():
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
def test_a_document_type_is_refused_whatever_it_declares(before):
    fault = fault_of(eleves(ELEVE.replace("Durand", "&b;") if "b '" in before else ELEVE, before=before))
    assert "document type" in fault.sentence


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(siecle_xml, "LARGEST_FILE", 1_000_000)
    bomb = eleves(ELEVE.replace("Durand", " " * 5_000_000))
    packed = zipped(("a.xml", bomb))
    assert len(packed) < 20_000
    fault = fault_of(packed)
    assert "larger" in fault.sentence or "longer" in fault.sentence


def test_a_file_larger_than_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(siecle_xml, "LARGEST_FILE", 100_000)
    assert "larger" in fault_of(eleves(ELEVE + "<!-- " + "x" * 200_000 + " -->")).sentence


def test_a_field_without_end_is_refused():
    fault = fault_of(eleves(ELEVE.replace("Durand", "x" * 2_000)))
    assert fault.field == "NOM_DE_FAMILLE"
    assert "longer" in fault.sentence


def test_deep_nesting_is_refused():
    assert "nested" in fault_of(eleves("<X>" * 50_000)).sentence


@pytest.mark.parametrize("content", [b"", b"nothing", b"<BEE_ELEVES>", eleves()[:-30], b"\x00" * 50])
def test_what_is_no_xml_is_refused_in_a_sentence(content):
    assert fault_of(content).file == "e.xml"


@pytest.mark.parametrize("root", ["BEE_STRUCTURES", "BEE_NOMENCLATURES", "html"])
def test_another_document_is_named(root):
    fault = fault_of(f"<{root}><A/></{root}>".encode())
    assert root in fault.sentence or "not a SIECLE export" in fault.sentence


def test_both_files_are_needed():
    with pytest.raises(SiecleFault, match="missing"):
        read_export([file_of(eleves())])
    with pytest.raises(SiecleFault, match="and so is"):
        read_export([file_of(eleves()), file_of(eleves())])


def test_two_schools_are_never_mixed():
    other = files_of(export(uai=NEARBY))
    with pytest.raises(SiecleFault, match=r"responsables\.xml, UAJ: This is of the school 0990002P"):
        read_export([files_of(export())[0], other[1]])


def test_two_years_are_never_mixed():
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
def test_the_check_letter_of_a_uai_is_verified(uai, right):
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
        (ELEVE, ELEVE + "\n" + ELEVE.replace('ELEVE_ID="1"', 'ELEVE_ID="2"'), "ID_NATIONAL", 5),
        ("0990001N", "0990001X", "UAJ", 2),
        ("<UAJ>0990001N</UAJ>", "", "UAJ", 2),
        (">2026<", ">26<", "ANNEE_SCOLAIRE", 2),
        (HEAD, "", "PARAMETRES", None),
    ],
)
def test_a_faulty_pupils_file_is_told_by_line_and_field(old, new, field, line):
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
def test_a_faulty_guardians_file_is_told_by_line_and_field(old, new, field, line):
    content = responsables().decode("iso-8859-15").replace(old, new).encode("iso-8859-15")
    fault = fault_of(None, content)
    assert (fault.file, fault.field, fault.line) == ("r.xml", field, line)


def test_old_exports_say_nom_and_resp_legal():
    old_pupil = ELEVE.replace("NOM_DE_FAMILLE", "NOM")
    old_person = PERSONNE.replace("NOM_DE_FAMILLE", "NOM")
    for said, level in (("1", 1), ("2", 1), ("true", 1), ("0", 3), ("false", 3), ("", 3)):
        links = LINK.replace(
            "<NIVEAU_RESPONSABILITE>1</NIVEAU_RESPONSABILITE>", f"<RESP_LEGAL>{said}</RESP_LEGAL>"
        )
        found = read(eleves(old_pupil), responsables(old_person, links))
        assert (found.pupils[0].family_name, found.persons[0].family_name) == ("Durand", "Durand")
        assert found.links[0].level == level


STRUCTURES = (
    '<STRUCTURES_ELEVE ELEVE_ID="1" ELENOET="7">'
    "<STRUCTURE><CODE_STRUCTURE>6GR1</CODE_STRUCTURE><TYPE_STRUCTURE>G</TYPE_STRUCTURE></STRUCTURE>"
    "<STRUCTURE><CODE_STRUCTURE>6  A</CODE_STRUCTURE><TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE>"
    "</STRUCTURES_ELEVE>"
)


def test_the_class_is_the_structure_of_type_d_and_may_be_missing():
    assert read(eleves(structures=STRUCTURES)).pupils[0].class_code == "6 A"
    groups_alone = STRUCTURES.replace(">D<", ">G<")
    assert read(eleves(structures=groups_alone)).pupils[0].class_code is None
    assert read().pupils[0].class_code is None


def test_what_is_nested_deeper_does_not_pass_for_the_pupils_own():
    last_year = (
        "<SCOLARITE_AN_DERNIER><CODE_MEF>9999</CODE_MEF><NOM_DE_FAMILLE>Autre</NOM_DE_FAMILLE>"
        "<DATE_NAISS>non</DATE_NAISS></SCOLARITE_AN_DERNIER><CODE_MEF>10010012110</CODE_MEF></ELEVE>"
    )
    found = read(eleves(ELEVE.replace("</ELEVE>", last_year))).pupils[0]
    assert (found.mef, found.family_name) == ("10010012110", "Durand")


@pytest.mark.parametrize(
    ("written", "kept"),
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
def test_phones_are_kept_in_e164(written, kept):
    personne = PERSONNE.replace("</PERSONNE>", f"<TEL_PORTABLE>{written}</TEL_PORTABLE></PERSONNE>")
    found = read(None, responsables(personne)).persons[0]
    assert found.mobile == kept
    assert found.unusable == (() if kept else ("TEL_PORTABLE",))


def test_a_number_without_its_country_is_one_of_the_schools_own():
    head = HEAD.replace("0990001N", "9740001H")
    assert is_uai("9740001H")
    personne = PERSONNE.replace("</PERSONNE>", "<TEL_PORTABLE>0692123456</TEL_PORTABLE></PERSONNE>")
    found = read(eleves(head=head), responsables(personne, head=head)).persons[0]
    assert found.mobile == "+262692123456"


def test_a_mail_that_cannot_be_written_to_is_left_out_and_named():
    personne = PERSONNE.replace("</PERSONNE>", "<MEL>claire chez exemple</MEL></PERSONNE>")
    found = read(None, responsables(personne)).persons[0]
    assert (found.contact_mail, found.unusable) == (None, ("MEL",))


def test_addresses_may_follow_the_persons_who_live_there():
    personne = PERSONNE.replace("</PERSONNE>", "<ADRESSE_ID>5</ADRESSE_ID></PERSONNE>")
    address = (
        '<ADRESSE ADRESSE_ID="5"><LIGNE1_ADRESSE>Bât. A</LIGNE1_ADRESSE><LIGNE3_ADRESSE>2 rue</LIGNE3_ADRESSE>'
        "<CODE_POSTAL>99110</CODE_POSTAL><LIBELLE_POSTAL>VALMORET</LIBELLE_POSTAL></ADRESSE>"
    )
    found = read(None, responsables(personne, addresses=address)).persons[0]
    assert (found.address, found.postal_code, found.city) == ("Bât. A\n2 rue", "99110", "VALMORET")


def test_links_to_pupils_who_are_not_in_the_file_are_left_out():
    links = LINK + LINK.replace("<ELEVE_ID>1<", "<ELEVE_ID>99<")
    assert [one.pupil for one in read(None, responsables(links=links)).links] == ["1"]


def test_names_are_nfc_and_hold_no_invisible_characters():
    text = ELEVE.replace("Léa", "Le\u0301a\u200b  Rose")
    assert read(eleves(text, declared="UTF-8")).pupils[0].first_name == "Léa Rose"


@pytest.mark.parametrize("end", [0, 200])
def test_a_file_is_read_again_from_its_beginning(end):
    files = files_of(export())
    for file in files:
        file.content.seek(end)
    assert read_export(files) == read_export(files)


def test_compressed_damage_of_any_kind_is_a_sentence():
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
