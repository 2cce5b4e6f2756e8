"""Refusals: errors for people and for machines.

A person sees a title, a sentence with the next step, and a short code that a help desk can look up in
docs/help-desk.md. A relying party gets the error of its RFC. The reason is only for the log.
"""

from dataclasses import dataclass
from typing import Any

from idp.refusals import (
    account,
    activation,
    console,
    factors,
    federation,
    general,
    recovery,
    requests,
    signing_in,
)
from idp.refusals.wording import N_, Link, Wording

__all__ = ["CATALOGUE", "N_", "CheckedRedirect", "Link", "ProtocolRefusal", "Refusal", "Wording"]

CATALOGUE: dict[str, Wording] = {
    **signing_in.CATALOGUE,
    **activation.CATALOGUE,
    **recovery.CATALOGUE,
    **factors.CATALOGUE,
    **federation.CATALOGUE,
    **account.CATALOGUE,
    **console.CATALOGUE,
    **requests.CATALOGUE,
    **general.CATALOGUE,
}
"""Every refusal that a page can show, by its code; a module for each part of the product."""

NAMES: dict[str, str] = {
    code: name
    for module in (account, activation, console, factors, federation, general, recovery, requests, signing_in)
    for name, code in vars(module).items()
    if name.isupper() and isinstance(code, str) and code in CATALOGUE
}
"""The name of each refusal, by its code, for use in code and templates."""


class Refusal(Exception):
    """An error for a person. `facts` fill the sentence and may hold data for the page; `reason` is for the log."""

    def __init__(self, code: str, reason: str = "", **facts: Any) -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code
        self.reason = reason
        self.facts = facts

    @property
    def name(self) -> str:
        return NAMES[self.code]

    @property
    def status(self) -> int:
        return CATALOGUE[self.code].status

    @property
    def title(self) -> str:
        return CATALOGUE[self.code].title

    @property
    def sentence(self) -> str:
        return CATALOGUE[self.code].sentence

    @property
    def links(self) -> tuple[Link, ...]:
        return CATALOGUE[self.code].links


@dataclass(frozen=True)
class CheckedRedirect:
    """A redirect URI that equals a registered one byte for byte, with the response mode.

    Only the rules of `idp.oidc` create it, so that an unchecked URI cannot be a redirect target.
    """

    uri: str
    mode: str
    state: str | None


class ProtocolRefusal(Exception):
    """An error for a relying party: an OAuth error code and a description that never echoes input.

    With `back_to`, it is sent through the browser; without, it is the JSON response of an endpoint.
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
