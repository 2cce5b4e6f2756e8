"""Refusals: what a person is told, and what a machine is told, when something cannot be done.

A person sees a title, a plain sentence that says what to do next, and a short code that a help desk can look up in
docs/help-desk.md. A relying party gets the error of its RFC. The reason is for the log alone.
"""

from dataclasses import dataclass
from typing import Any

from idp.refusals import (
    account,
    activation,
    console,
    factors,
    federation,
    house,
    recovery,
    requests,
    signing_in,
)
from idp.refusals.wording import N_, Wording

__all__ = ["CATALOGUE", "N_", "CheckedRedirect", "ProtocolRefusal", "Refusal", "Wording"]

CATALOGUE: dict[str, Wording] = {
    **signing_in.CATALOGUE,
    **activation.CATALOGUE,
    **recovery.CATALOGUE,
    **factors.CATALOGUE,
    **federation.CATALOGUE,
    **account.CATALOGUE,
    **console.CATALOGUE,
    **requests.CATALOGUE,
    **house.CATALOGUE,
}
"""Every refusal that a person can meet, by its code: one module a part of the house."""


class Refusal(Exception):
    """Told to a person. `facts` fill the sentence and may carry what a page shows; `reason` is for the log."""

    def __init__(self, code: str, reason: str = "", **facts: Any) -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code
        self.reason = reason
        self.facts = facts

    @property
    def status(self) -> int:
        return CATALOGUE[self.code].status

    @property
    def title(self) -> str:
        return CATALOGUE[self.code].title

    @property
    def sentence(self) -> str:
        return CATALOGUE[self.code].sentence


@dataclass(frozen=True)
class CheckedRedirect:
    """An address that was matched, byte for byte, with a client's registration, and how the answer travels there.

    Only `idp.oidc.rules` makes one: what has not been checked cannot be redirected to.
    """

    uri: str
    mode: str
    state: str | None


class ProtocolRefusal(Exception):
    """Told to a relying party: an OAuth error code and a description that never echoes input.

    With `back_to`, the browser carries it there; without, it is the JSON answer of an endpoint.
    """

    def __init__(
        self,
        error: str,
        description: str,
        back_to: CheckedRedirect | None = None,
        status: int = 400,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.back_to = back_to
        self.status = status
        self.headers = headers
