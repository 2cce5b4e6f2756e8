"""SIECLE documents, written by hand."""

import io
import zipfile

from idp.imports.rules.siecle_export import read_export
from tests.imports.exports import (
    file_of,
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


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()
