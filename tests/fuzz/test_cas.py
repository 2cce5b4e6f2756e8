"""Any text as a ticket, a service or a parameter of CAS: never an error of ours, never an acceptance without a ticket."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.cas import saml11
from tests.actors.cas_service import URL, CasService, registered
from tests.actors.relying_party import signed_in_browser
from tests.actors.world import World

TEXTS = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="ST-PGT0123456789abcdef_%\x00\n é", max_size=80),
    st.sampled_from(["", URL, f"{URL}?", "https://a@pronote.example/cas/login", "ST-" + "0" * 64, "\ud800"]),
)
PATHS = ("login", "validate", "serviceValidate", "p3/proxyValidate", "proxy")
NAMES = (
    "service",
    "ticket",
    "renew",
    "gateway",
    "warn",
    "method",
    "format",
    "pgtUrl",
    "pgt",
    "targetService",
    "x",
)
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def service(world: World) -> CasService:
    return CasService(world.app, registered(world), signed_in_browser(world, world.guardian()))


@QUIET
@given(
    path=st.sampled_from(PATHS),
    pairs=st.lists(st.tuples(st.sampled_from(NAMES), TEXTS), max_size=6),
    by_post=st.booleans(),
)
def test_any_parameters_are_answered(
    service: CasService, path: str, pairs: list[tuple[str, str]], by_post: bool
) -> None:
    readable = [(name, text.encode("utf-8", "replace").decode()) for name, text in pairs]
    browser = service.browser
    if by_post:
        response = browser.post(f"/cas/{path}", data=_form(readable))
    else:
        response = browser.get(f"/cas/{path}", query_string=readable)
    assert response.status_code < 500, response.text
    assert "authenticationSuccess" not in response.text and not response.text.startswith("yes")
    assert "proxySuccess" not in response.text
    location = response.headers.get("Location", "")
    # Only to the registered service, or within the provider.
    assert location.startswith(("/", URL)) or not location


def _form(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, text in pairs:
        form.setdefault(name, []).append(text)
    return form


@QUIET
@given(
    body=st.one_of(
        st.binary(max_size=300), st.text(alphabet="<>/&;!?[]\"' abSOAP:-", max_size=300).map(str.encode)
    )
)
def test_any_soap_message_is_read_or_denied(service: CasService, body: bytes) -> None:
    assert saml11.ticket_and_request(body) == ("", "")
    response = service.app.test_client().post("/cas/samlValidate", query_string={"TARGET": URL}, data=body)
    assert response.status_code == 200 and "RequestDenied" in response.text


@QUIET
@given(document=st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["name", "service_urls", "service_prefixes", "attributes", "level", "accepted_profiles", "principal", "left_out"]
    ), inner, max_size=5),
    max_leaves=12,
))  # fmt: skip
def test_any_document_is_a_registration_or_names_its_faults(service: CasService, document: object) -> None:
    from idp.cas.rules.registration import read_registration
    from idp.services.rules.registration import to_document
    from idp.services.rules.registration_reader import MetadataFaults

    try:
        registration = read_registration(document, False)
    except MetadataFaults:
        return
    json.dumps(to_document(registration))
