"""One attempt to sign in, without a page."""

from idp.refusals import Refusal
from idp.signin.authentication import Opened, sign_in
from tests.actors.world import World

HOME = "192.0.2.1"


def attempt(world: World, username: str, password: str, address: str = HOME) -> Opened | str:
    """The session, or the code of the refusal."""
    try:
        return sign_in(username, password, address, "Test browser", world.clock())
    except Refusal as refusal:
        return refusal.code
