"""Single sign-on by SAML 2.0 (saml-profiles-2.0-os §4.1)."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from idp.database.engine import reading
from idp.limits.storage.used_once import UsedOnce
from idp.saml.rules import names
from idp.services import registration
from tests.actors.relying_party import signed_in_browser
from tests.actors.saml_service import (
    CONSUMER,
    ENTITY,
    NS,
    SamlService,
    assertion_of,
    attributes_of,
    metadata,
    registered,
    response_of,
    statuses,
)  # fmt: skip
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.pages import fields_of, forms_of
from tests.saml.credentials import credential


def service(world: World, browser: FlaskClient | None = None, **members: object) -> SamlService:
    registered(world, **members)
    return SamlService(world.app, world, browser or world.app.test_client())


def test_a_person_who_signs_in_reaches_the_service_with_an_assertion(world: World) -> None:
    someone = world.guardian()
    page = service(world).by_pages(someone)
    assert fields_of(page.text)["RelayState"] == "back"
    assert f'action="{CONSUMER}"' in page.text and page.headers["Cache-Control"] == "no-store"
    root, assertion = response_of(page), assertion_of(page, world)
    assert root.get("Destination") == CONSUMER and root.get("InResponseTo") == "_request1"
    data = assertion.find("saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData", NS)
    assert data is not None and data.get("Recipient") == CONSUMER and data.get("InResponseTo") == "_request1"
    assert assertion.findtext("saml:Conditions/saml:AudienceRestriction/saml:Audience", None, NS) == ENTITY
    assert attributes_of(assertion)["ENTPersonProfils"] == ["National_TUT"]
    context = assertion.findtext("saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef", None, NS)
    assert context == names.PASSWORD


def test_a_live_session_answers_at_once_and_is_passive_without_a_page(world: World) -> None:
    browser = signed_in_browser(world, world.guardian())
    ent = service(world, browser)
    assert statuses(ent.asks()) == ["Success"]
    assert statuses(ent.asks(IsPassive="true")) == ["Success"]
    stranger = SamlService(world.app, world, world.app.test_client(), requests=10)
    assert statuses(stranger.asks(IsPassive="true")) == ["Responder", "NoPassive"]


def test_force_authn_asks_for_the_password_again(world: World) -> None:
    someone = world.guardian()
    browser = signed_in_browser(world, someone)
    ent = service(world, browser)
    page = ent.asks(ForceAuthn="true")
    assert page.status_code == 303 and "/login/" in page.headers["Location"]
    assert statuses(ent.asks(ForceAuthn="true", IsPassive="true")) == ["Responder", "NoPassive"]
    assert statuses(ent.by_pages(someone, ForceAuthn="true")) == ["Success"]


@pytest.mark.parametrize(
    ("attributes", "inside"),
    [
        ({"AssertionConsumerServiceURL": "https://ent.example/saml/acs/"}, ""),
        ({"AssertionConsumerServiceURL": "https://attacker.example/acs"}, ""),
        ({"AssertionConsumerServiceIndex": "7"}, ""),
        ({"AssertionConsumerServiceIndex": "x"}, ""),
        ({"AssertionConsumerServiceIndex": "1", "AssertionConsumerServiceURL": CONSUMER}, ""),
        ({"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"}, ""),
        ({"Destination": "https://another.example/saml/sso"}, ""),
        ({"IssueInstant": "2020-01-01T00:00:00Z"}, ""),
        ({"IssueInstant": "2199-01-01T00:00:00Z"}, ""),
        ({"IssueInstant": "yesterday"}, ""),
        ({"ID": "1"}, ""),
        ({"Version": "1.1"}, ""),
        ({"ForceAuthn": "perhaps"}, ""),
        ({}, "<saml:Subject><saml:NameID>x</saml:NameID></saml:Subject>"),
        ({}, "<saml:Issuer>https://second.example</saml:Issuer>"),
    ],
)
def test_a_request_that_cannot_be_trusted_gets_a_page_and_nothing_for_the_service(
    world: World, attributes: dict[str, str], inside: str
) -> None:
    page = service(world, signed_in_browser(world, world.guardian())).asks(inside, **attributes)
    assert page.status_code == 400 and "SAMLResponse" not in page.text and "P0" in page.text


def test_an_unknown_service_gets_a_page(world: World) -> None:
    page = SamlService(world.app, world, world.app.test_client(), entity="https://unknown.example").asks()
    assert page.status_code == 400 and "SAMLResponse" not in page.text


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('<samlp:NameIDPolicy Format="urn:unknown"/>', ["Requester", "InvalidNameIDPolicy"]),
        (f'<samlp:NameIDPolicy Format="{names.ENTITY}"/>', ["Requester", "InvalidNameIDPolicy"]),
        (
            '<samlp:NameIDPolicy SPNameQualifier="https://affiliation.example"/>',
            ["Requester", "InvalidNameIDPolicy"],
        ),
        (
            '<samlp:RequestedAuthnContext Comparison="nearly"><saml:AuthnContextClassRef>x</saml:AuthnContextClassRef>'
            "</samlp:RequestedAuthnContext>",
            ["Requester", "RequestUnsupported"],
        ),
        (
            "<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos"
            "</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>",
            ["Responder", "NoAuthnContext"],
        ),
    ],
)
def test_what_cannot_be_granted_is_a_status_for_the_service(
    world: World, inside: str, expected: list[str]
) -> None:
    ent = service(world, signed_in_browser(world, world.guardian()))
    assert statuses(ent.asks(inside)) == expected


def name_id(world: World, ent: SamlService, form: str) -> tuple[str, str]:
    assertion = assertion_of(ent.asks(f'<samlp:NameIDPolicy Format="{form}"/>'), world)
    element = assertion.find("saml:Subject/saml:NameID", NS)
    assert element is not None and element.text is not None
    return element.get("Format", ""), element.text


def test_each_format_of_the_name_identifier(world: World) -> None:
    """Persistent: the same at each login, another at each service. Transient: another at each login."""
    someone = world.guardian()
    browser = signed_in_browser(world, someone)
    ent = service(world, browser)
    form, persistent = name_id(world, ent, names.PERSISTENT)
    assert form == names.PERSISTENT and name_id(world, ent, names.PERSISTENT)[1] == persistent
    registered(world, metadata(entity="https://other.example/saml"))
    second = SamlService(world.app, world, browser, entity="https://other.example/saml", requests=50)
    assert name_id(world, second, names.PERSISTENT)[1] != persistent
    transient = {name_id(world, ent, names.TRANSIENT)[1] for _ in range(3)}
    assert len(transient) == 3 and persistent not in transient


def test_a_signed_request_is_required_where_the_metadata_says_so(world: World) -> None:
    browser = signed_in_browser(world, world.guardian())
    keys = credential("service")
    registered(world, metadata(keys, signs=True))
    signed = SamlService(world.app, world, browser, keys)
    assert statuses(signed.asks()) == ["Success"]
    assert statuses(signed.asks_by_form(signed.request())) == ["Success"]
    for wrong in (None, credential("other")):
        forger = SamlService(world.app, world, browser, wrong, requests=20)
        assert forger.asks().status_code == 400
        assert forger.asks_by_form(forger.request()).status_code == 400
    assert signed.asks(Destination="").status_code == 400, "a signed message names its destination"


def test_a_signed_request_is_answered_once(world: World) -> None:
    browser = signed_in_browser(world, world.guardian())
    keys = credential("service")
    registered(world, metadata(keys, signs=True))
    ent = SamlService(world.app, world, browser, keys)
    address = ent.address(ent.request())
    assert browser.get(address).status_code == 200
    assert browser.get(address).status_code == 400
    assert world.app.test_client().get(address).status_code == 400


def test_an_assertion_is_encrypted_for_a_service_that_has_a_key(world: World) -> None:
    keys = credential("service")
    registered(world, metadata(encryption=keys))
    page = SamlService(world.app, world, signed_in_browser(world, world.guardian())).asks()
    root = response_of(page)
    assert root.find("saml:Assertion", NS) is None and root.find("saml:EncryptedAssertion", NS) is not None
    assert b"National_TUT" not in page.data


def test_a_service_opened_from_here_gets_an_answer_without_a_request(world: World) -> None:
    browser = signed_in_browser(world, world.guardian())
    closed = registered(world)
    opened = registered(world, metadata(entity="https://other.example/saml"), opened_here=True)
    assert browser.get(f"/saml/open/{closed}").status_code == 400
    page = browser.get(f"/saml/open/{opened}")
    assert statuses(page) == ["Success"] and response_of(page).get("InResponseTo") is None


def test_a_person_of_another_profile_is_refused_before_the_service(world: World) -> None:
    ent = service(world, signed_in_browser(world, world.guardian()), accepted_profiles=["eleve"])
    assert statuses(ent.asks(IsPassive="true"))[0] == "Responder"
    page = ent.asks()
    assert page.status_code == 303 and "/login/" in page.headers["Location"]


def test_a_mail_address_that_nobody_confirmed_is_no_name_identifier(world: World) -> None:
    someone = world.guardian(mail=None, mail_verified_at=None)
    ent = service(world, signed_in_browser(world, someone))
    asked = f'<samlp:NameIDPolicy Format="{names.EMAIL}"/>'
    assert statuses(ent.asks(asked)) == ["Requester", "InvalidNameIDPolicy"]


def test_a_service_that_is_closed_to_the_person_gets_a_status_or_a_page(world: World) -> None:
    ent = service(
        world, signed_in_browser(world, world.guardian()), season_from="01-01", season_until="01-02"
    )
    assert statuses(ent.asks(IsPassive="true")) == ["Responder", "RequestDenied"]
    assert "SAMLResponse" not in ent.asks().text


def test_a_person_who_cancels_is_sent_back_with_a_status(world: World) -> None:
    ent = service(world)
    visitor = Visitor(world.app, ent.browser).opens(ent.address(ent.request()))
    [(action, fields)] = [form for form in forms_of(visitor.html) if form[0].endswith("/cancel")]
    assert statuses(ent.browser.post(action, data=fields)) == ["Responder", "RequestDenied"]


def test_a_suspended_service_gets_a_page(world: World) -> None:
    identifier = registered(world)
    registration.disable(identifier, "test", world.clock())
    page = SamlService(world.app, world, signed_in_browser(world, world.guardian())).asks()
    assert page.status_code in (400, 403) and "SAMLResponse" not in page.text and "P04" in page.text


@pytest.mark.parametrize(
    ("comparison", "context", "expected"),
    [
        ("exact", names.PASSWORD, ["Success"]),
        ("minimum", names.PASSWORD, ["Success"]),
        ("maximum", names.TWO_FACTORS, ["Success"]),
        ("exact", names.TWO_FACTORS, ["Responder", "NoPassive"]),
        ("better", names.PASSWORD, ["Responder", "NoPassive"]),
        ("better", names.TWO_FACTORS, ["Responder", "NoAuthnContext"]),
        ("exact", names.UNSPECIFIED_CONTEXT, ["Success"]),
    ],
)
def test_requested_contexts_are_levels_of_the_login(
    world: World, comparison: str, context: str, expected: list[str]
) -> None:
    ent = service(world, signed_in_browser(world, world.guardian()))
    asked = (
        f'<samlp:RequestedAuthnContext Comparison="{comparison}"><saml:AuthnContextClassRef>{context}'
        "</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
    )
    assert statuses(ent.asks(asked, IsPassive="true")) == expected


def test_attributes_have_friendly_names_and_formats(world: World) -> None:
    ent = service(
        world,
        signed_in_browser(world, world.guardian()),
        attribute_set="eduperson",
        attributes={"uid": "username"},
        entitlements=["urn:mace:dir:entitlement:common-lib-terms"],
    )
    assertion = assertion_of(ent.asks(), world)
    written = {
        attribute.get("FriendlyName") or attribute.get("Name", ""): attribute
        for attribute in assertion.iterfind("saml:AttributeStatement/saml:Attribute", NS)
    }
    assert written["eduPersonEntitlement"].get("Name") == "urn:oid:1.3.6.1.4.1.5923.1.1.1.7"
    assert written["eduPersonPrincipalName"].get("NameFormat") == names.URI_ATTRIBUTE_NAME
    assert written["uid"].get("NameFormat") == names.BASIC_ATTRIBUTE_NAME
    assert all(values and all(values) for values in attributes_of(assertion).values())


def test_a_link_opens_a_service_from_the_persons_page(world: World) -> None:
    browser = signed_in_browser(world, world.guardian())
    opened = registered(world, opened_here=True)
    registered(world, metadata(entity="https://other.example/saml"), name="Atelier")
    registered(
        world, metadata(entity="https://third.example/saml"), opened_here=True, accepted_profiles=["eleve"]
    )
    page = browser.get("/account/services").text
    assert re.findall(r'href="(/saml/open/[^"]+)"', page) == [f"/saml/open/{opened}"]


def test_a_key_for_encryption_signs_nothing(world: World) -> None:
    """Key confusion: the use of a key in the metadata counts (saml-metadata §2.4.1.1)."""
    keys, encryption = credential("service"), credential("encryption")
    registered(world, metadata(keys, signs=True, encryption=encryption))
    browser = signed_in_browser(world, world.guardian())
    for signer, status in ((encryption, 400), (keys, 200)):
        ent = SamlService(world.app, world, browser, signer, requests=status)
        assert ent.asks().status_code == status
        answer = ent.asks_by_form(ent.request())
        assert answer.status_code == status, answer.text[-1500:]


def test_what_a_stranger_sends_leaves_no_row(world: World) -> None:
    """Unsigned requests are judged without a memory of their IDs: a table that strangers fill has no bound."""
    ent = service(world)
    before = reading().execute(select(func.count()).select_from(UsedOnce)).scalar_one()
    for _ in range(3):
        ent.asks(IsPassive="true")
    assert reading().execute(select(func.count()).select_from(UsedOnce)).scalar_one() == before
