"""A person's login at a service provider of SAML, in a browser without script: the form with the answer is sent by its button."""

import re
from html import unescape

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from idp.saml.xml.signatures import Credential
from tests.actors.person import Person
from tests.actors.world import Someone
from tests.pages import fields_of
from tests.peers import passage


def log_in(person: Person, at: str, someone: Someone) -> None:
    """From a service's address to its page behind the login."""
    passage.log_in(person, at, someone)
    posts_response(person)


def posts_response(person: Person) -> None:
    """Press the button of the page that carries the answer to the service."""
    person.fills(SAMLResponse=fields_of(person.html)["SAMLResponse"])


def pem(credential: Credential) -> tuple[str, str]:
    """(private key, certificate)."""
    key = credential.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return key, credential.certificate.public_bytes(Encoding.PEM).decode()


def frame_of(person: Person) -> str:
    """The address of the only frame on the page."""
    [address] = re.findall(r'<iframe[^>]* src="([^"]+)"', person.html)
    return unescape(address)
