"""A full hashing pool: sign-ins queue and continue by themselves; tokens and single sign-on do not wait."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from idp.passwords.hashing import HashingPool
from idp.refusals import Refusal
from idp.settings import Hashing
from tests.actors.relying_party import RelyingParty, answer
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.conftest import Clock

pytestmark = pytest.mark.both_engines

FULL = {"at_once": 1, "waiting": 0, "time_cost": 1, "memory_cost": 64}


@contextmanager
def held(pool: HashingPool) -> Iterator[None]:
    """Somebody is being hashed for as long as the block lasts."""
    inside, done = threading.Event(), threading.Event()

    def occupy() -> None:
        with pool.slot():
            inside.set()
            done.wait(30)

    thread = threading.Thread(target=occupy)
    thread.start()
    inside.wait(30)
    yield
    done.set()
    thread.join()


@pytest.mark.parametrize(("waiting", "reason"), [(0, "full"), (1, "slow")])
def test_a_full_pool_refuses_at_once_and_a_slow_pool_after_its_patience(waiting: int, reason: str) -> None:
    pool = HashingPool(Hashing(time_cost=1, memory_cost=64, at_once=1, waiting=waiting, patience=0.01))
    with held(pool), pytest.raises(Refusal, match=f"S06.*{reason}"):
        pool.verify(None, "x")
    assert pool.verify(None, "x") is None, "turns and places are given back"


@pytest.mark.settings(hashing=FULL)
class TestQueue:
    def to_the_sign_in_page(self, app: Flask, contextless: World, visitor: Visitor) -> RelyingParty:
        portal = RelyingParty(app, contextless.relying_party(), visitor.browser)
        visitor.opens(portal.authorize(acr_values="responsable").headers["Location"])
        return portal

    def test_the_page_waits_and_resubmits_itself(
        self,
        app: Flask,
        contextless: World,
        visitor: Visitor,
        clock: Clock,
    ) -> None:
        guardian = contextless.guardian()
        self.to_the_sign_in_page(app, contextless, visitor)
        with held(app.extensions["hashing"]):
            visitor.fills(username=guardian.username, password=guardian.password)
            assert visitor.page is not None
            assert visitor.status == 503
            assert visitor.page.headers["Refresh"] == "3"
            assert visitor.page.headers["Retry-After"] == "3"
            assert guardian.password not in visitor.html
            visitor.sees("Vous êtes dans la file").opens(visitor.path).sees("Vous êtes dans la file")
        clock.advance(3)
        visitor.opens(visitor.path)
        assert visitor.page.status_code == 303
        assert "code" in answer(visitor.page)

    def test_the_ticket_is_bound_to_a_browser_a_login_and_two_minutes(
        self,
        app: Flask,
        contextless: World,
        visitor: Visitor,
        clock: Clock,
    ) -> None:
        guardian = contextless.guardian()
        self.to_the_sign_in_page(app, contextless, visitor)
        with held(app.extensions["hashing"]):
            visitor.fills(username=guardian.username, password=guardian.password)
        ticket = visitor.browser.get_cookie("idp_waiting", path=visitor.path)
        assert ticket is not None and ticket.http_only and ticket.path == visitor.path
        thief = Visitor(app)
        self.to_the_sign_in_page(app, contextless, thief)
        thief.browser.set_cookie("idp_waiting", ticket.value, path="/")
        assert "Se connecter" in thief.opens(thief.path).html
        clock.advance(3 + 120)
        assert "Se connecter" in visitor.opens(visitor.path).html

    def test_an_unchecked_attempt_does_not_count(self, app: Flask, contextless: World) -> None:
        from idp.signin.authentication import sign_in

        guardian = contextless.guardian()
        with app.app_context():
            with held(app.extensions["hashing"]):
                for _ in range(10):
                    with pytest.raises(Refusal, match="S06"):
                        sign_in(
                            guardian.username, guardian.password, "192.0.2.1", "", app.extensions["clock"]()
                        )
            assert sign_in(guardian.username, guardian.password, "192.0.2.1", "", app.extensions["clock"]())

    def test_single_sign_on_and_tokens_do_not_wait(self, app: Flask, contextless: World) -> None:
        from tests.actors.relying_party import signed_in_browser

        guardian = contextless.guardian()
        with app.app_context():
            portal = RelyingParty(
                app, contextless.relying_party(), signed_in_browser(World(app, contextless.clock), guardian)
            )
        with held(app.extensions["hashing"]):
            tokens = portal.tokens()
            assert portal.userinfo(tokens["access_token"]).status_code == 200
