"""Every error code that the specification has and the provider sends: one request that gets it, in XML and in JSON."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from idp.cas import tickets
from idp.cas.rules.answers import Code
from idp.cas.rules.tickets import Kind
from idp.cas.tickets import Holder
from idp.database.engine import transaction
from tests.actors.cas_service import URL, CasService, code_of, registered
from tests.actors.world import Someone, World

OTHER = "https://autre.example/cas"
Ask = Callable[[CasService, World, str], TestResponse]


def issued(world: World, kind: Kind, service: str, url: str) -> str:
    """A ticket of a new session, without the login."""
    session = world.session(world.guardian())
    facts = session.account
    holder = Holder(facts.id, session.sid, session.auth_time, facts.credentials_generation)
    with transaction() as tx:
        return tickets.issue_in(tx, kind, service, url, holder, world.clock())


def _spec(pronote: CasService, world: World, form: str) -> TestResponse:
    return pronote.validate(issued(world, Kind.PROXY, pronote.id, URL), "serviceValidate", format=form)


def _callback(pronote: CasService, world: World, form: str) -> TestResponse:
    proxying = registered(world, service_urls=[OTHER], proxy_callbacks=["https://autre.example/proxy/"])
    ticket = issued(world, Kind.SERVICE, proxying, OTHER)
    elsewhere = CasService(pronote.app, proxying, pronote.browser, OTHER)
    return elsewhere.validate(ticket, pgtUrl="https://evil.example/", format=form)


def _proxied(pronote: CasService, world: World, form: str) -> TestResponse:
    proxying = registered(world, service_urls=[OTHER], proxy_callbacks=["https://autre.example/proxy/"])
    granting = issued(world, Kind.PROXY_GRANTING, proxying, OTHER)
    query = {"pgt": granting, "targetService": URL, "format": form}
    return pronote.app.test_client().get("/cas/proxy", query_string=query)


REQUESTS: dict[Code, Ask] = {
    Code.INVALID_REQUEST: lambda pronote, _, form: pronote.validate("", format=form),
    Code.INVALID_TICKET_SPEC: _spec,
    Code.UNAUTHORIZED_SERVICE_PROXY: lambda pronote, _, form: pronote.validate(
        pronote.ticket(), pgtUrl="https://pronote.example/proxy", format=form
    ),
    Code.INVALID_PROXY_CALLBACK: _callback,
    Code.INVALID_TICKET: lambda pronote, _, form: pronote.validate("ST-unknown", format=form),
    Code.INVALID_SERVICE: lambda pronote, _, form: pronote.validate(
        pronote.ticket(), service="https://evil.example/", format=form
    ),
    Code.UNAUTHORIZED_SERVICE: _proxied,
}


@pytest.mark.parametrize("form", ["XML", "JSON"])
@pytest.mark.parametrize("code", Code)
def test_a_request_gets_the_code(pronote: CasService, world: World, code: Code, form: str) -> None:
    answer = REQUESTS[code](pronote, world, form)
    assert answer.status_code == 200
    if form == "XML":
        assert code_of(answer.text) == code
    else:
        [failure] = answer.get_json()["serviceResponse"].values()
        assert failure["code"] == code and failure["description"]


def test_the_fixture_opens_a_session(pronote: CasService, guardian: Someone) -> None:
    assert code_of(pronote.validate(pronote.ticket()).text) is None and guardian.username
