"""id_token_hint: ID tokens whose session and key have ended (OIDC Core §3.1.2.1)."""

from flask import Flask

from idp.oidc import signing
from idp.worker.retention import delete_expired
from tests.actors.relying_party import RelyingParty, answer, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import PASSWORD, Someone, World
from tests.conftest import Clock

DAY = 86400


def forget_sessions(app: Flask, clock: Clock) -> None:
    clock.advance(40 * DAY)
    with app.app_context():
        assert delete_expired(clock())["sessions"] > 0


def test_a_hint_outlives_its_session(
    app: Flask, world: World, portal: RelyingParty, guardian: Someone, clock: Clock
) -> None:
    hint = portal.tokens()["id_token"]
    forget_sessions(app, clock)
    portal.browser = signed_in_browser(world, guardian)
    assert "code" in answer(portal.authorize(prompt="none", id_token_hint=hint))
    portal.browser = signed_in_browser(world, world.guardian("Marc"))
    assert answer(portal.authorize(prompt="none", id_token_hint=hint))["error"] == "login_required"


def test_a_hint_is_accepted_after_months(
    app: Flask, portal: RelyingParty, guardian: Someone, clock: Clock
) -> None:
    hint = portal.tokens()["id_token"]
    forget_sessions(app, clock)
    visitor = Visitor(app, app.test_client())
    portal.browser = visitor.browser
    visitor.opens(portal.authorize(id_token_hint=hint, acr_values="responsable").headers["Location"])
    visitor.fills(username=guardian.username, password=PASSWORD)
    assert visitor.page is not None and "code" in answer(visitor.page)


def test_a_hint_outlives_a_retired_key_but_not_a_revoked_one(
    app: Flask, world: World, portal: RelyingParty, guardian: Someone, clock: Clock
) -> None:
    hint, moment = portal.tokens()["id_token"], clock()
    signing.rotate(None, "test", moment)
    clock.advance(5 * DAY)
    portal.browser = signed_in_browser(world, guardian)
    assert "code" in answer(portal.authorize(prompt="none", id_token_hint=hint))
    lost = portal.tokens()["id_token"]
    for key in signing.listing():
        if key.alg == "ES256" and key.state(clock()) == "signing":
            signing.retire(key.kid, "test", clock())
    clock.advance(1)
    assert answer(portal.authorize(prompt="none", id_token_hint=lost))["error"] == "invalid_request"
