"""An identity provider of SAML as the upstream: right responses open the account; each wrong part is refused."""

import base64
import dataclasses
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from flask import Flask
from lxml import etree

from idp.saml import bindings
from idp.saml.rules import names
from idp.saml.rules.authn_request import Status
from idp.saml.xml.documents import DS, SAML, SAMLP, parse, serialize
from idp.saml.xml.responses import NameId, refusal
from idp.saml.xml.signatures import sign
from tests.actors.saml_upstream import ENTITY, SamlUpstream
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock
from tests.federation.conftest import Lends
from tests.saml.credentials import credential

MEMBERS = {
    "profiles": ["personnel"],
    "match": "mail",
    "match_attribute": "mail",
    "mail_domains": ["academie.example"],
}
MAIL = "paul@academie.example"
ACS = "/federation/saml/academie/acs"


@dataclasses.dataclass
class Place:
    app: Flask
    clock: Clock
    upstream: SamlUpstream
    paul: Someone

    def visitor(self) -> Visitor:
        return Visitor(self.app)

    def arrives(self, visitor: Visitor | None = None, **more: Any) -> Visitor:
        return self.upstream.arrives(
            visitor or self.visitor(), "paul", self.clock(), **{"mail": MAIL, **more}
        )


@pytest.fixture
def place(upstream_folder: Path, clock: Clock, lends: Lends, request: pytest.FixtureRequest) -> Place:
    upstream = SamlUpstream(upstream_folder, **{**MEMBERS, **getattr(request, "param", {})})
    app = lends(federation={"providers": [upstream.settings]})
    with app.app_context():
        paul = World(app, clock).staff(contact_mail=MAIL)
    return Place(app, clock, upstream, paul)


def test_the_request_is_signed_and_names_where_the_answer_goes(place: Place) -> None:
    request = place.upstream.begins(place.visitor())
    metadata = parse(place.visitor().browser.get("/federation/saml/academie/metadata").data)
    certificates = [
        x509.load_der_x509_certificate(base64.b64decode(element.text or ""))
        for element in metadata.iter(f"{{{DS}}}X509Certificate")
    ]
    message = bindings.from_query(request.query).verified(certificates)
    assert message.signed and request.consumer == f"http://localhost{ACS}"
    assert request.root.get("Destination") and request.root.get("ForceAuthn") is None
    assert metadata.get("entityID") == request.root.findtext(f"{{{SAML}}}Issuer")
    consumers = [element.get("Location") for element in metadata.iter("{*}AssertionConsumerService")]
    assert consumers == [request.consumer]


def test_a_right_response_opens_the_account(place: Place) -> None:
    visitor = place.visitor()
    place.arrives(visitor).sees("Mes informations", place.paul.username)
    # By the link, without the attribute.
    place.upstream.arrives(place.visitor(), "paul", place.clock()).sees(place.paul.username)


@pytest.mark.parametrize("encrypted", [True, False])
@pytest.mark.parametrize("signed", [True, False])
def test_response_and_assertion_may_be_signed_and_encrypted(
    place: Place, signed: bool, encrypted: bool
) -> None:
    visitor, now = place.visitor(), place.clock()
    answer = place.upstream.answer(place.upstream.begins(visitor), "paul", now, mail=MAIL)
    certificate = None
    if encrypted:
        text = visitor.browser.get("/federation/saml/academie/metadata").data
        key = parse(text).find(f".//{{*}}KeyDescriptor[@use='encryption']//{{{DS}}}X509Certificate")
        assert key is not None
        certificate = x509.load_der_x509_certificate(base64.b64decode(key.text or ""))
    root = place.upstream.response(answer, now, signed, certificate)
    assert (root.find(f"{{{SAML}}}EncryptedAssertion") is not None) == encrypted
    place.upstream.posts(visitor, root).sees(place.paul.username)


NOON = 1_795_000_000


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"audience": "http://localhost/saml/metadata"},
        {"consumer": "http://localhost/federation/saml/other/acs"},
        {"in_response_to": None},
        {"in_response_to": "_another"},
        {"authenticated_at": NOON + 3600},
        {"session_until": NOON - 3600},
        {"name_id": NameId("paul", names.TRANSIENT)},
        {"name_id": NameId("paul", names.UNSPECIFIED)},
        {"name_id": NameId("p" * 256, names.PERSISTENT)},
    ],
    ids=str,
)
def test_one_wrong_part_is_refused(place: Place, change: dict[str, Any]) -> None:
    page = place.arrives(change=change).sees("F04").page
    # An answer to another request is another browser's; all else is refused where it arrives.
    assert page is not None
    assert page.request.path == (
        "/federation/saml/academie/arrived" if "_another" in change.values() else ACS
    )


@pytest.mark.parametrize("seconds", [-1000, -400, 400])
def test_a_response_of_another_time_is_refused(place: Place, seconds: int) -> None:
    visitor = place.visitor()
    moment = place.clock() + seconds
    answer = place.upstream.answer(place.upstream.begins(visitor), "paul", moment, mail=MAIL)
    place.upstream.posts(visitor, place.upstream.response(answer, moment)).sees("F04")


def test_a_response_is_used_once_and_in_its_browser(place: Place) -> None:
    visitor, now = place.visitor(), place.clock()
    answer = place.upstream.answer(place.upstream.begins(visitor), "paul", now, mail=MAIL)
    root = place.upstream.response(answer, now)
    place.upstream.posts(place.visitor(), root).sees("F04")
    place.upstream.posts(visitor, root).sees(place.paul.username)
    place.upstream.posts(visitor, root).sees("F04")
    # Another assertion that answers the same request.
    place.upstream.posts(visitor, place.upstream.response(answer, now)).sees("F04")


def test_a_response_of_another_key_is_refused(place: Place) -> None:
    visitor, now = place.visitor(), place.clock()
    for by in (credential("another"), credential("another ec", "ec")):
        answer = place.upstream.answer(place.upstream.begins(visitor), "paul", now, mail=MAIL)
        place.upstream.posts(visitor, place.upstream.response(answer, now, by=by)).sees("F04")


def _unsigned(root: etree._Element) -> etree._Element:
    for signature in root.findall(f".//{{{DS}}}Signature"):
        parent = signature.getparent()
        assert parent is not None
        parent.remove(signature)
    return root


def _assertion(root: etree._Element) -> etree._Element:
    assertion = root.find(f"{{{SAML}}}Assertion")
    assert assertion is not None
    return assertion


def _evil(assertion: etree._Element, keep_id: bool = False) -> etree._Element:
    copy = _unsigned(parse(serialize(assertion)))
    value = copy.find(f".//{{{SAML}}}NameID")
    assert value is not None
    value.text = "somebody else"
    if not keep_id:
        copy.set("ID", "_evil")
    return copy


def _before(root: etree._Element) -> None:
    root.insert(2, _evil(_assertion(root)))


def _after(root: etree._Element) -> None:
    root.append(_evil(_assertion(root)))


def _around(root: etree._Element) -> None:
    original = _assertion(root)
    evil = _evil(original)
    root.replace(original, evil)
    evil.append(original)


def _in_extensions(root: etree._Element) -> None:
    original = _assertion(root)
    root.replace(original, _evil(original))
    place = etree.SubElement(root, f"{{{SAMLP}}}Extensions")
    place.append(original)
    root.insert(1, place)


def _in_object(root: etree._Element) -> None:
    original = _assertion(root)
    signature = original.find(f"{{{DS}}}Signature")
    assert signature is not None
    evil = _evil(original)
    root.replace(original, evil)
    original.remove(signature)
    evil.insert(1, signature)
    etree.SubElement(signature, f"{{{DS}}}Object").append(original)


def _same_id(root: etree._Element) -> None:
    root.append(_evil(_assertion(root), keep_id=True))


def _signature_moved(root: etree._Element) -> None:
    original = _assertion(root)
    signature = original.find(f"{{{DS}}}Signature")
    assert signature is not None
    original.remove(signature)
    root.insert(1, signature)


def _comment(root: etree._Element) -> None:
    value = root.find(f".//{{{SAML}}}NameID")
    assert value is not None
    value.text = "somebody"
    comment = etree.Comment("x")
    comment.tail = " else"
    value.append(comment)


def _changed(root: etree._Element) -> None:
    value = root.find(f".//{{{SAML}}}NameID")
    assert value is not None
    value.text = "somebody else"


def _sha1(root: etree._Element) -> None:
    for element in root.iter(f"{{{DS}}}SignatureMethod"):
        element.set("Algorithm", "http://www.w3.org/2000/09/xmldsig#rsa-sha1")


def _hmac(root: etree._Element) -> None:
    for element in root.iter(f"{{{DS}}}SignatureMethod"):
        element.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")


@pytest.mark.parametrize("signed", [True, False], ids=["both signed", "assertion signed"])
@pytest.mark.parametrize(
    "forge",
    [
        _unsigned,
        _before,
        _after,
        _around,
        _in_extensions,
        _in_object,
        _same_id,
        _signature_moved,
        _comment,
        _changed,
        _sha1,
        _hmac,
    ],
)
def test_a_forged_response_is_refused(
    place: Place, forge: Callable[[etree._Element], Any], signed: bool
) -> None:
    visitor, now = place.visitor(), place.clock()
    answer = place.upstream.answer(place.upstream.begins(visitor), "paul", now, mail=MAIL)
    root = place.upstream.response(answer, now, signed)
    forge(root)
    page = place.upstream.posts(visitor, root).sees("F04").page
    assert page is not None and page.request.path == ACS


def test_a_signed_response_covers_its_plain_assertion(place: Place) -> None:
    """Some providers sign the response alone."""
    visitor, now = place.visitor(), place.clock()
    answer = place.upstream.answer(place.upstream.begins(visitor), "paul", now, mail=MAIL)
    root = _unsigned(place.upstream.response(answer, now, False))
    place.upstream.posts(visitor, sign(root, place.upstream.credential, "Issuer")).sees(place.paul.username)


def test_metadata_that_has_ended_opens_nothing(place: Place) -> None:
    place.upstream.file.write_bytes(place.upstream.metadata(valid_until=place.clock() - 1))
    place.visitor().opens("/federation/academie/begin").sees("F02")


def test_a_refusal_there_is_a_page_with_the_way_on(place: Place) -> None:
    visitor = place.visitor()
    request = place.upstream.begins(visitor)
    status = Status(names.RESPONDER, f"{names.SUCCESS.removesuffix('Success')}AuthnFailed")
    root = refusal(
        status, ENTITY, request.consumer, request.id, place.upstream.credential, "_r", place.clock()
    )
    place.upstream.posts(visitor, root).sees("F03")


@pytest.mark.parametrize("place", [{"subject_attribute": "eduPersonUniqueId"}], indirect=True)
def test_an_attribute_may_name_the_person_for_ever(place: Place) -> None:
    transient = {"name_id": NameId("_random", names.TRANSIENT)}
    place.arrives(change=transient).sees("F04")
    place.arrives(change=transient, eduPersonUniqueId=["a", "b"]).sees("F04")
    place.arrives(change=transient, eduPersonUniqueId="paul@academie").sees(place.paul.username)


def test_values_that_cannot_go_on_are_refused(place: Place) -> None:
    place.arrives(mail=[random.Random(number).randbytes(450).hex() for number in range(40)]).sees("F04")
