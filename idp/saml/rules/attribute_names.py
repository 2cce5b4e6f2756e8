"""Names of attributes as SAML writes them: the format of the name, and the friendly name beside a `urn:oid:` (saml-core-2.0-os §2.7.3.1)."""

from idp.saml.rules.names import BASIC_ATTRIBUTE_NAME, URI_ATTRIBUTE_NAME

_EDUCONNECT = "urn:oid:1.3.6.1.4.1.20326.10.999.1."
_EDUPERSON = "urn:oid:1.3.6.1.4.1.5923.1.1.1."
ENTITLEMENT = f"{_EDUPERSON}7"

FRIENDLY_NAMES = {
    # X.520 and RFC 2798, RFC 4524.
    "urn:oid:2.5.4.3": "cn",
    "urn:oid:2.5.4.4": "sn",
    "urn:oid:2.5.4.10": "o",
    "urn:oid:2.5.4.42": "givenName",
    "urn:oid:0.9.2342.19200300.100.1.1": "uid",
    "urn:oid:0.9.2342.19200300.100.1.3": "mail",
    "urn:oid:2.16.840.1.113730.3.1.241": "displayName",
    "urn:oid:2.16.840.1.113730.3.1.39": "preferredLanguage",
    # EduConnect.
    f"{_EDUCONNECT}5": "FrEduUrlRetour",
    f"{_EDUCONNECT}6": "FrEduCtDateConnexion",
    f"{_EDUCONNECT}7": "FrEduCtPersonAffiliation",
    f"{_EDUCONNECT}57": "FrEduCtId",
    f"{_EDUCONNECT}64": "FrEduCtEleveINEHash",
    f"{_EDUCONNECT}67": "FrEduCtDateNaissance",
    f"{_EDUCONNECT}72": "FrEduCtEleveUAI",
    f"{_EDUCONNECT}73": "FrEduCtEleveNiveau",
    # eduPerson and SCHAC.
    f"{_EDUPERSON}1": "eduPersonAffiliation",
    f"{_EDUPERSON}6": "eduPersonPrincipalName",
    ENTITLEMENT: "eduPersonEntitlement",
    f"{_EDUPERSON}9": "eduPersonScopedAffiliation",
    f"{_EDUPERSON}13": "eduPersonUniqueId",
    "urn:oid:1.3.6.1.4.1.25178.1.2.9": "schacHomeOrganization",
    # SAML V2.0 Subject Identifier Attributes Profile 1.0.
    "urn:oasis:names:tc:SAML:attribute:subject-id": "subject-id",
    "urn:oasis:names:tc:SAML:attribute:pairwise-id": "pairwise-id",
}
"""Name → friendly name. The name alone counts for a service (saml-core §2.7.3.1): the other is for people who read a log."""


def friendly_name(name: str) -> str | None:
    return FRIENDLY_NAMES.get(name)


def name_format(name: str) -> str:
    """A name that is a URI has the format of URIs; any other is basic."""
    return URI_ATTRIBUTE_NAME if name.startswith(("urn:", "http:", "https:")) else BASIC_ATTRIBUTE_NAME
