"""The OpenAPI description matches the served machine endpoints."""

from flask import Flask

from idp.oidc import discovery, openapi
from idp.oidc.clients.rules.client_metadata import BY_PROTOCOL, read_metadata
from tests.actors.world import World

PAGES = {"/authorize", "/login/<pending_id>", "/logout", "/check_session"}


def test_every_machine_route_is_described_and_every_description_is_a_route(app: Flask, world: World) -> None:
    served = {
        (rule.rule.replace("<client_id>", "{client_id}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("oidc.") and rule.rule not in PAGES
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, method)
        for path, item in openapi.document()["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert served == described


def test_each_endpoint_of_discovery_is_described_or_a_page(app: Flask, world: World) -> None:
    assert set(discovery.ENDPOINTS.values()) <= {*openapi.document()["paths"], *PAGES}


def test_the_registration_is_described_as_it_is_shown(app: Flask, world: World) -> None:
    from idp.oidc.clients.registration import shown

    document = {"client_name": "x", "redirect_uris": ["https://x.example/cb"]}
    types = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}
    schema = openapi.registration_schema()
    for name, value in shown(read_metadata(document, False, BY_PROTOCOL)).items():
        assert isinstance(value, types[schema[name]["type"]]), name


def test_it_is_served_without_authentication(app: Flask) -> None:
    response = app.test_client().get("/openapi.json")
    assert response.status_code == 200 and response.get_json()["openapi"] == "3.1.0"
