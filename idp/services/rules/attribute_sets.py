"""Sets of attributes ready to choose: what known school software reads. A registration adds its own, or leaves some out.

Only the public facts of each product are here. No set has the INE: a registration that needs it names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class AttributeSet:
    """`principal`: the fact that names the person (CAS `user`, SAML NameID). `names`: attribute → fact."""

    principal: str
    names: Mapping[str, str]


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
        "sacoche": AttributeSet(
            "username",
            {
                "nom": "family_name",
                "prenom": "first_name",
                "profil": "sdet_profiles",
                "uai": "school_codes",
            },
        ),
    }
)
"""The sets by their names in registrations."""


def chosen(set_name: str, own: Mapping[str, str], without: tuple[str, ...] = ()) -> dict[str, str]:
    """Attribute → fact: the set's names except those in `without`, then the registration's own."""
    names = {name: fact for name, fact in SETS[set_name].names.items() if name not in without}
    return names | dict(own)
