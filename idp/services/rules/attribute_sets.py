"""Sets of attributes ready to choose: what known school software reads. A registration adds its own, or leaves some out.

Only the public facts of each product are here. No set has the INE: a registration that needs it names it. `educonnect` has a hash of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class AttributeSet:
    """`principal`: the fact that names the person (CAS `user`, SAML NameID). `names`: attribute → fact."""

    principal: str
    names: Mapping[str, str]


_EDUCONNECT = "urn:oid:1.3.6.1.4.1.20326.10.999.1."
_EDUPERSON = "urn:oid:1.3.6.1.4.1.5923.1.1.1."

SETS: Mapping[str, AttributeSet] = MappingProxyType(
    {
        "plain": AttributeSet("subject", {}),
        "pronote": AttributeSet(
            "username",
            {
                "user": "username",
                "login": "username",
                "nom": "family_name",
                "prenom": "first_name",
                "categories": "sdet_profiles_joined",
                "dateNaissance": "birth_date_french",
                "codePostal": "postal_code",
                "eleveClasses": "classes",
            },
        ),
        "sdet": AttributeSet(
            "subject",
            {
                "ENTPersonLogin": "username",
                "ENTPersonJointure": "jointure",
                "ENTPersonUid": "subject",
                "sn": "family_name",
                "givenName": "first_name",
                "ENTPersonDateNaissance": "birth_date_french",
                "mail": "mail",
                "ENTPersonProfils": "sdet_profiles",
                "ENTPersonStructRattachRNE": "school_codes",
                "ENTEleveMEF": "level",
                "ENTEleveClasses": "classes_with_school",
                "ENTAuxPersRelEleveEleve": "children",
            },
        ),
        "educonnect": AttributeSet(
            "subject",
            {
                f"{_EDUCONNECT}5": "logout_address",
                f"{_EDUCONNECT}6": "auth_time",
                f"{_EDUCONNECT}7": "affiliations",
                f"{_EDUCONNECT}57": "long_id",
                f"{_EDUCONNECT}64": "ine_hash_short",
                f"{_EDUCONNECT}67": "birth_date",
                f"{_EDUCONNECT}72": "own_school_codes",
                f"{_EDUCONNECT}73": "level",
                "urn:oid:2.5.4.4": "family_name",
                "urn:oid:2.5.4.42": "first_name",
            },
        ),
        "eduperson": AttributeSet(
            "subject",
            {
                f"{_EDUPERSON}1": "federation_affiliations",
                f"{_EDUPERSON}6": "principal_name",
                f"{_EDUPERSON}9": "scoped_affiliations",
                "urn:oid:1.3.6.1.4.1.25178.1.2.9": "home_organization",
                "urn:oasis:names:tc:SAML:attribute:pairwise-id": "pairwise_id",
                "urn:oid:2.5.4.4": "family_name",
                "urn:oid:2.5.4.42": "first_name",
                "urn:oid:2.16.840.1.113730.3.1.241": "display_name",
                "urn:oid:0.9.2342.19200300.100.1.3": "mail",
            },
        ),
        # Its documentation: it knows people by the login that the CAS server names them with, and reads nothing else.
        "sacoche": AttributeSet("username", {}),
        "fredu": AttributeSet("subject", {"FrEduVecteur": "fredu_vectors"}),
    }
)
"""The sets by their names in registrations."""


def chosen(set_name: str, own: Mapping[str, str], without: tuple[str, ...] = ()) -> dict[str, str]:
    """Attribute → fact: the set's names except those in `without`, then the registration's own."""
    names = {name: fact for name, fact in SETS[set_name].names.items() if name not in without}
    return names | dict(own)
