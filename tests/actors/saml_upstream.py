"""An identity provider of SAML whose responses a test writes: signed, encrypted, wrong in one part."""

import base64
import dataclasses
import secrets
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from idp.saml import bindings
from idp.saml.rules import names
from idp.saml.xml import logout, metadata, responses
from idp.saml.xml.documents import parse, serialize
from idp.saml.xml.responses import Answer, Attribute, NameId, Protection
from idp.saml.xml.signatures import Credential, sign
from tests.actors.visitor import Visitor
from tests.saml.credentials import credential

ENTITY = "https://login.academie.example/saml"
SSO, SLO = "https://login.academie.example/sso", "https://login.academie.example/slo"

_PLACES = {names.REDIRECT: "", names.POST: "/post", names.SOAP: "/soap"}


@dataclasses.dataclass
class Request:
    """An AuthnRequest that a browser has brought."""

    root: etree._Element
    query: bytes

    @property
    def id(self) -> str:
        return self.root.get("ID", "")

    @property
    def consumer(self) -> str:
        return self.root.get("AssertionConsumerServiceURL", "")


class SamlUpstream:
    """`members`: of its table in the settings. `logout_bindings`: of its single logout."""

    def __init__(
        self,
        folder: Path,
        name: str = "academie",
        logout_bindings: Sequence[str] = (names.REDIRECT, names.SOAP),
        **members: Any,
    ) -> None:
        self.name, self.members, self.logout_bindings = name, members, logout_bindings
        self.credential = credential("upstream")
        self.file = folder / "upstream.xml"
        self.file.write_bytes(self.metadata())

    def metadata(self, valid_until: int = 4_000_000_000) -> bytes:
        root = metadata.our_metadata(
            ENTITY,
            [(names.REDIRECT, SSO)],
            [(binding, f"{SLO}{_PLACES[binding]}") for binding in self.logout_bindings],
            [self.credential.certificate],
            "_m",
            valid_until,
            "Académie",
        )
        return serialize(root)

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": "Compte académique",
            "protocol": "saml",
            "issuer": ENTITY,
            "metadata": str(self.file),
            **self.members,
        }

    def request(self, address: str) -> Request:
        """The request behind an address to which the browser was sent."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == SSO, address
        message = parse_qs(parts.query)["SAMLRequest"][0]
        return Request(parse(zlib.decompress(base64.b64decode(message), -15)), parts.query.encode())

    def answer(self, request: Request, subject: str, now: int, **attributes: Any) -> Answer:
        """A right answer. Attributes: name → value or values."""
        listed = [
            Attribute(name, (values,) if isinstance(values, str) else tuple(values))
            for name, values in attributes.items()
        ]
        return Answer(
            issuer=ENTITY,
            consumer=request.consumer,
            audience=str(request.root.findtext("{*}Issuer")),
            in_response_to=request.id,
            name_id=NameId(subject, names.PERSISTENT),
            attributes=listed,
            session_index=f"session of {subject}",
            authenticated_at=now,
            session_until=now + 3600,
            context=names.PASSWORD,
        )

    def response(
        self,
        answer: Answer,
        now: int,
        signed: bool = True,
        encrypted_for: Any = None,
        by: Credential | None = None,
    ) -> etree._Element:
        protection = Protection(by or self.credential, signed, encrypted_for)
        return responses.response(
            answer, protection, f"_{secrets.token_hex(16)}", f"_{secrets.token_hex(16)}", now
        )

    def posts(self, visitor: Visitor, root: etree._Element, to: str = "") -> Visitor:
        """The browser's form, as it comes from another site: without our cookies. The redirect then has them."""
        address = urlsplit(to or f"/federation/saml/{self.name}/acs").path
        sent = visitor.app.test_client().post(address, data={"SAMLResponse": bindings.form_value(root)})
        if sent.status_code == 303:
            return visitor.opens(sent.headers["Location"])
        visitor.page = sent
        return visitor

    def begins(self, visitor: Visitor, address: str = "") -> Request:
        """The browser goes there."""
        sent = visitor.browser.get(address or f"/federation/{self.name}/begin")
        return self.request(sent.headers["Location"])

    def arrives(
        self, visitor: Visitor, subject: str, now: int, begin: str = "", change: Any = None, **attributes: Any
    ) -> Visitor:
        """There and back. `change`: members of the answer that are other than right."""
        answer = self.answer(self.begins(visitor, begin), subject, now, **attributes)
        return self.posts(visitor, self.response(dataclasses.replace(answer, **(change or {})), now))

    def logout_request(
        self, to: str, subject: str, session_index: str | None, now: int, lifetime: int = 300
    ) -> etree._Element:
        root = logout.logout_request(
            ENTITY,
            to,
            NameId(subject, names.PERSISTENT),
            session_index or "",
            f"_{secrets.token_hex(16)}",
            now,
            lifetime,
        )
        if session_index is None:
            root.remove(root[-1])
        return root

    def signed(self, root: etree._Element) -> etree._Element:
        return sign(root, self.credential, "Issuer")
