"""What SAML costs: nothing at the start, two private-key operations and few calls an assertion. Milliseconds: `python -m bench.saml`."""

import subprocess
import sys

from idp.saml import assertions, registrations
from idp.saml.rules.authn_request import AuthnRequest
from idp.saml.xml.responses import Answer
from idp.signin import current_login
from tests.actors.relying_party import signed_in_browser
from tests.actors.saml_service import CONSUMER, ENTITY, metadata, registered
from tests.actors.world import World
from tests.saml.calls import calls
from tests.saml.credentials import credential

MOST = 12_000
"""Python functions that are entered for an assertion with the attributes of an ENT, both signatures and encryption."""


def test_xml_libraries_are_not_loaded_at_the_start() -> None:
    code = (
        "import sys; import idp.app, idp.worker.housekeeping, idp.cli;"
        "print([name for name in ('lxml', 'signxml') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_an_assertion_costs_two_signatures_and_few_calls(world: World) -> None:
    identifier = registered(world, metadata(encryption=credential("service")), attribute_set="sdet")
    browser = signed_in_browser(world, world.guardian())
    request = AuthnRequest("_1", ENTITY, world.clock())
    with browser:
        browser.get("/account")
        session = current_login.current(world.clock())
        assert session is not None

        def assert_person() -> None:
            service = registrations.every()[identifier]
            answer = assertions.answer(request, CONSUMER, service, session, world.clock())
            assert isinstance(answer, Answer)
            assertions.signed_response(answer, service, world.clock())

        # The first loads the libraries, the keys and the metadata.
        assert_person()
        entered, of_c = calls(assert_person)
    assert of_c["sign"] == 2, "the assertion and the response around it"
    # The wrapped key of the encryption, and the assertion itself.
    assert of_c["encrypt"] == 2
    assert entered < MOST
