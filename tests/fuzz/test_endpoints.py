"""schemathesis sends requests of the OpenAPI description to every machine endpoint of a real server, signed in and not."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.actors.relying_party import RelyingParty, basic, signed_in_browser
from tests.peers.conftest import Served

CHECKS = [status_code_conformance, response_schema_conformance]
A_FEW = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def party(served: Served) -> RelyingParty:
    """A client, and a person of whom no answer to anybody else may speak."""
    with served.app.app_context():
        world = served.world
        guardian = world.guardian("Zénobie", "Introuvable", mail="zenobie@secret.example")
        return RelyingParty(served.app, world.relying_party(), signed_in_browser(world, guardian))


def credentials(kind: str, party: RelyingParty, path: str) -> dict[str, str]:
    by_token = path.startswith(("/userinfo", "/register"))
    if kind == "wrong":
        return {"Authorization": "Bearer wrong"} if by_token else basic(party.client_id, "wrong")
    if kind == "right" and not by_token:
        return basic(party.client_id, party.registered.client_secret or "")
    return {}


@pytest.mark.parametrize("kind", ["none", "wrong", "right"])
def test_no_500_no_leak_and_every_response_as_described(
    served: Served, party: RelyingParty, kind: str
) -> None:
    token = party.tokens(scope="openid profile email")["access_token"]
    secrets = ["Introuvable", "zenobie@secret", token, party.registered.client_secret or token]
    description = served.app.test_client().get("/openapi.json").get_json()
    tried = set()
    for described in schemathesis.openapi.from_dict(description).get_all_operations():
        operation: Any = described.ok()

        @A_FEW
        @given(case=operation.as_strategy())
        def answers_rightly(case: Case) -> None:
            tried.add((case.method, case.path))
            headers = credentials(kind, party, case.path)
            response = case.call(base_url=served.issuer, headers=headers)
            assert response.status_code < 500, response.text
            assert not any(secret in response.text for secret in secrets)
            case.validate_response(response, checks=CHECKS)

        answers_rightly()
    assert len(tried) == sum(len(item.keys() - {"parameters"}) for item in description["paths"].values())
