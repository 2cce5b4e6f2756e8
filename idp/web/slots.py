"""The slots of a server process: which requests work at the same time, and which of them are for machines."""

from collections.abc import Callable, Mapping
from typing import Any

from idp.web.places import Places

AUTHORIZATION = "/authorize"
SESSION_COOKIE = "idp_session="
MACHINE_PATHS = frozenset(
    {
        AUTHORIZATION,
        "/token",
        "/userinfo",
        "/introspect",
        "/revoke",
        "/par",
        "/jwks.json",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    }
)
"""What services call, and the silent answer for a person who is signed in: some of the slots are theirs."""


def is_for_machines(path: str, environ: Mapping[str, Any]) -> bool:
    """Whether a request has the slots for machines. People without a session share those of the pages: a storm of them keeps no service waiting."""
    if path not in MACHINE_PATHS:
        return False
    return path != AUTHORIZATION or SESSION_COOKIE in environ.get("HTTP_COOKIE", "")


class Held:
    """The slot of one request, which may leave it while it waits for a hash (`idp.runtime.context.outside_of_slot`)."""

    def __init__(self, places: Places, enter: Callable[[str | None], None]) -> None:
        self._places, self._enter = places, enter
        self._slot: str | None = None

    def enter(self, patience: float | None = None) -> None:
        """Raises NoPlace if no slot is free within `patience` seconds; None: those of the places."""
        self._slot = self._places.take(patience)
        self._enter(self._slot)

    def leave(self) -> None:
        if self._slot is not None:
            self._enter(None)
            self._places.give_back(self._slot)
            self._slot = None
