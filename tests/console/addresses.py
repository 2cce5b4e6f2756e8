"""A URL of every page of the console."""

from flask import Flask

from tests.actors import saml_service
from tests.actors.world import World
from tests.console.conftest import UAI


def paths(app: Flask, world: World) -> dict[str, str]:
    """Page → an address of it, over the school and a family of this test."""
    guardian, child = world.guardian(), world.pupil()
    world.family(guardian, child)
    with app.app_context():
        client = world.relying_party()
        service = saml_service.registered(world)
    values = {
        "uai": UAI,
        "account": guardian.account,
        "client_id": client.client_id,
        "protocol": "saml",
        "service_id": service,
        "number": 1,
        "import_number": 1,
        "file": 1,
        "name": "nobody",
    }
    path_of = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console."):
            _, path = rule.build({name: values[name] for name in rule.arguments}) or (None, None)
            path_of[rule.endpoint.removeprefix("console.")] = path
    return path_of


def needs_things_that_are_not_there(name: str) -> bool:
    return name in ("import_", "settle", "job", "job_file", "job_files", "person_act", "many", "provider")
