"""serviceValidate and its kin (CAS Protocol 3.0.3 §2.4 to §2.6): success in each form, and each error code."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from idp.cas.storage.tables import Ticket
from idp.crypto.opaque_tokens import digest
from idp.database.engine import reading, transaction
from idp.services import registration
from idp.signin import sessions
from tests.actors.cas_service import URL, CasService, attributes_of, code_of, registered, user_of
from tests.actors.relying_party import signed_in_browser
from tests.actors.world import Someone, World
from tests.at_once import at_once
from tests.conftest import Clock

ENDPOINTS = ("serviceValidate", "p3/serviceValidate", "proxyValidate", "p3/proxyValidate")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_ticket_names_the_person_and_their_attributes(
    pronote: CasService, guardian: Someone, endpoint: str
) -> None:
    answer = pronote.validate(pronote.ticket(), endpoint)
    assert answer.status_code == 200 and answer.mimetype == "application/xml"
    assert answer.headers["Cache-Control"] == "no-store"
    assert user_of(answer.text) == guardian.username
    attributes = attributes_of(answer.text)
    assert attributes["nom"] == ["Durand"] and attributes["categories"] == ["National_TUT"]
    assert attributes["isFromNewLogin"] == ["false"]
    assert attributes["longTermAuthenticationRequestTokenUsed"] == ["false"]
    assert attributes["authenticationDate"] == ["2026-11-18T11:06:40Z"]


def test_json_has_the_same_members(pronote: CasService, guardian: Someone) -> None:
    document = pronote.validate(pronote.ticket(), format="JSON").get_json()
    success = document["serviceResponse"]["authenticationSuccess"]
    assert success["user"] == guardian.username and success["attributes"]["prenom"] == ["Claire"]
    failure = pronote.validate("ST-unknown", format="JSON").get_json()
    assert failure["serviceResponse"]["authenticationFailure"]["code"] == "INVALID_TICKET"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_unknown_format_is_an_error_in_xml_and_leaves_the_ticket(
    pronote: CasService, guardian: Someone, endpoint: str
) -> None:
    """§2.5.1: an error code MUST be returned."""
    ticket = pronote.ticket()
    for unknown in ("YAML", "json2", "xml,json"):
        assert code_of(pronote.validate(ticket, endpoint, format=unknown).text) == "INVALID_REQUEST"
    assert user_of(pronote.validate(ticket, endpoint, format="xml").text) == guardian.username


def test_cas_1_answers_in_two_lines(pronote: CasService, guardian: Someone) -> None:
    assert pronote.validate(pronote.ticket(), "validate").text == f"yes\n{guardian.username}\n"
    assert pronote.validate("ST-unknown", "validate").text == "no\n\n"


def test_a_ticket_has_256_random_bits_and_is_stored_as_a_digest(pronote: CasService) -> None:
    first, second = pronote.ticket(), pronote.ticket()
    assert re.fullmatch(r"ST-[0-9a-f]{64}", first) and first != second
    stored = [str(value) for row in reading().execute(select(Ticket.__table__)) for value in row]
    assert digest(first) in stored and not any(first in value for value in stored)


# --- each error code


def test_without_a_ticket_or_a_service_the_request_is_invalid(pronote: CasService) -> None:
    assert code_of(pronote.validate("").text) == "INVALID_REQUEST"
    assert code_of(pronote.validate(pronote.ticket(), service="").text) == "INVALID_REQUEST"


@pytest.mark.parametrize("name", ["ticket", "service", "renew"])
def test_a_repeated_or_endless_parameter_is_an_invalid_request(pronote: CasService, name: str) -> None:
    query = [("service", URL), ("ticket", pronote.ticket()), (name, "x"), (name, "x")]
    answer = pronote.app.test_client().get("/cas/serviceValidate", query_string=query)
    assert code_of(answer.text) == "INVALID_REQUEST"
    assert code_of(pronote.validate("ST-" + "a" * 3000).text) == "INVALID_REQUEST"


@pytest.mark.parametrize("text", ["ST-unknown", "xx", "ST-", "ST-a_b", "PGT-" + "0" * 64, "ST-é", "ST-\x00"])
def test_what_is_no_ticket_of_ours_is_an_invalid_ticket(pronote: CasService, text: str) -> None:
    assert code_of(pronote.validate(text).text) == "INVALID_TICKET"


def test_a_ticket_is_used_once(pronote: CasService) -> None:
    ticket = pronote.ticket()
    assert code_of(pronote.validate(ticket).text) is None
    assert code_of(pronote.validate(ticket).text) == "INVALID_TICKET"


@pytest.mark.both_engines
def test_of_validations_at_once_one_succeeds(pronote: CasService) -> None:
    ticket = pronote.ticket()
    codes = at_once(pronote.app, lambda _: code_of(pronote.validate(ticket).text), 8)
    assert sorted(codes, key=str) == ["INVALID_TICKET"] * 7 + [None]


def test_a_late_ticket_is_invalid(pronote: CasService, clock: Clock) -> None:
    ticket = pronote.ticket()
    clock.advance(9)
    assert code_of(pronote.validate(ticket).text) is None
    ticket = pronote.ticket()
    clock.advance(10)
    assert code_of(pronote.validate(ticket).text) == "INVALID_TICKET"


@pytest.mark.settings(cas={"ticket": 60})
def test_the_life_of_a_ticket_is_a_setting(pronote: CasService, clock: Clock) -> None:
    ticket = pronote.ticket()
    clock.advance(59)
    assert code_of(pronote.validate(ticket).text) is None


def test_a_java_client_may_name_its_session_at_the_validation(pronote: CasService) -> None:
    answer = pronote.validate(pronote.ticket(), service=f"{URL};jsessionid=node0x1.node0")
    assert code_of(answer.text) is None and user_of(answer.text)


def test_a_java_client_may_name_its_session_at_the_login_alone(pronote: CasService) -> None:
    ticket = pronote.ticket(service=f"{URL};jsessionid=node0x1.node0")
    assert code_of(pronote.validate(ticket).text) is None


def test_a_java_clients_session_does_not_come_back_in_the_address(pronote: CasService) -> None:
    answer = pronote.login(service=f"{URL};jsessionid=node0x1.node0")
    assert answer.headers["Location"].startswith(f"{URL}?ticket=ST-")


@pytest.mark.parametrize(
    "service", [f"{URL}?x=1", f"{URL}/", "https://pronote.example/cas", "https://esidoc.example/", "nonsense"]
)
def test_a_ticket_of_another_service_is_refused_and_used_up(
    pronote: CasService, world: World, service: str
) -> None:
    registered(world, name="Esidoc", service_urls=["https://esidoc.example/"])
    ticket = pronote.ticket()
    assert code_of(pronote.validate(ticket, service=service).text) == "INVALID_SERVICE"
    assert code_of(pronote.validate(ticket).text) == "INVALID_TICKET"


def test_another_url_of_the_same_service_is_another_service(world: World, guardian: Someone) -> None:
    service = registered(world, service_urls=None, service_prefixes=["https://pronote.example/"])
    browser = signed_in_browser(world, guardian)
    first = CasService(world.app, service, browser, "https://pronote.example/a")
    assert code_of(first.validate(first.ticket()).text) is None
    assert (
        code_of(first.validate(first.ticket(), service="https://pronote.example/b").text) == "INVALID_SERVICE"
    )


def test_renew_wants_a_new_login(pronote: CasService, guardian: Someone, world: World) -> None:
    assert code_of(pronote.validate(pronote.ticket(), renew="true").text) == "INVALID_TICKET"
    ticket = pronote.ticket_by_pages(guardian, renew="true")
    answer = pronote.validate(ticket, renew="true")
    assert code_of(answer.text) is None
    assert attributes_of(answer.text)["isFromNewLogin"] == ["true"]


ENDS: dict[str, Callable[[World, Someone], None]] = {
    "new credentials": lambda world, someone: world.choose_password(someone, "Groseilles-Vertes-1848"),
    "a locked account": lambda world, someone: world.set_account(someone, state="locked"),
    "a person who is gone": lambda world, someone: world.set_account(someone, present=False),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_ticket_ends_with_what_it_stands_on(
    world: World, pronote: CasService, guardian: Someone, end: str
) -> None:
    ticket = pronote.ticket()
    ENDS[end](world, guardian)
    assert code_of(pronote.validate(ticket).text) == "INVALID_TICKET"


def test_a_ticket_ends_with_its_session(world: World, pronote: CasService, guardian: Someone) -> None:
    ticket = pronote.ticket()
    with transaction() as tx:
        sessions.end_all_in(tx, world.facts(guardian), world.clock())
    assert code_of(pronote.validate(ticket).text) == "INVALID_TICKET"


def test_a_suspended_service_validates_nothing(world: World, pronote: CasService) -> None:
    ticket = pronote.ticket()
    registration.disable(pronote.id, "test", world.clock())
    assert code_of(pronote.validate(ticket).text) == "INVALID_SERVICE"
    registration.enable(pronote.id, "test", world.clock())
    assert code_of(pronote.validate(ticket).text) == "INVALID_TICKET"


def test_a_proxy_ticket_is_no_service_ticket(pronote: CasService) -> None:
    ticket = pronote.ticket()
    with transaction() as tx:
        tx.execute(update(Ticket).values(kind="PT", digest=digest("PT-" + ticket[3:])))
    assert code_of(pronote.validate("PT-" + ticket[3:]).text) == "INVALID_TICKET_SPEC"


def test_characters_that_xml_cannot_hold_are_left_out(world: World) -> None:
    someone = world.guardian(last="Du\x0brand <&\u2029>", username="c.durand")
    service = CasService(world.app, registered(world), signed_in_browser(world, someone))
    assert service.person()["nom"] == ["Durand <&\u2029>"]
