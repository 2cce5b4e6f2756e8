"""What SAML costs: nothing at the start, some milliseconds of processor an assertion."""

import subprocess
import sys
import time

from idp.saml import assertions, registrations
from idp.saml.rules.authn_request import AuthnRequest
from idp.saml.xml.responses import Answer
from tests.actors.relying_party import signed_in_browser
from tests.actors.saml_service import CONSUMER, ENTITY, metadata, registered
from tests.actors.world import World
from tests.saml.credentials import credential

MOST = 0.008
"""Seconds of processor time for an assertion, its signature and that of its response, encrypted."""


def test_xml_libraries_are_not_loaded_at_the_start() -> None:
    code = (
        "import sys; import idp.app, idp.worker.housekeeping, idp.cli;"
        "print([name for name in ('lxml', 'signxml') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_an_assertion_costs_few_milliseconds_of_processor(world: World) -> None:
    from idp.signin import current_login

    identifier = registered(world, metadata(encryption=credential("service")), attribute_set="sdet")
    browser = signed_in_browser(world, world.guardian())
    request = AuthnRequest("_1", ENTITY, world.clock())
    costs = []
    with browser:
        browser.get("/account")
        session = current_login.current(world.clock())
        assert session is not None
        for _ in range(20):
            begin = time.process_time()
            service = registrations.every()[identifier]
            answer = assertions.answer(request, CONSUMER, service, session, world.clock())
            assert isinstance(answer, Answer)
            assertions.signed_response(answer, service, world.clock())
            costs.append(time.process_time() - begin)
    # The median: the first loads the libraries, and another may have been interrupted.
    assert sorted(costs)[len(costs) // 2] < MOST, costs
