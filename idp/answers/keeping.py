"""Stores the response to a form for some minutes.

A response may contain a secret (a client secret, a provisional password, recovery codes), so it is encrypted with its
viewer as context. Another browser, account, language or URL cannot decrypt it.
"""

import zlib
from dataclasses import dataclass

from idp.answers.rules.kept_answers import KeptAnswer, packed, unpacked
from idp.answers.storage import kept_answers as storage
from idp.crypto.opaque_tokens import TokenDigest, digest, new_token
from idp.crypto.sealing import seal, unseal
from idp.database.engine import reading, transaction
from idp.limits.storage import rate_limits
from idp.runtime.context import caller
from keys.sealing import CannotUnseal

LIFETIME = 900
"""Seconds for which the response page of a form can be reloaded or reached by Back."""

MOST_PER_BROWSER = 20
LARGEST = 64 * 1024
LARGEST_FOR_ACCOUNTS = 4 * 1024 * 1024
"""Bytes of a compressed response: anonymous visitors must not fill the database."""


@dataclass(frozen=True)
class Viewer:
    """The viewer of a response: browser, signed-in account, chosen language."""

    browser: str
    account: int | None
    language: str
    path: str

    def context(self, digest: TokenDigest) -> str:
        return f"answer {digest} {self.browser} {self.account or ''} {self.language} {self.path}"


def keep(answer: KeptAnswer, viewer: Viewer, now: int) -> str | None:
    """Store a response. Returns its opaque id for `viewer`; None if it is too large or over the budget.

    Anonymous visitors of a network address share a budget; beyond it the response is sent without a redirect, so that
    only a reload is lost.
    """
    text = packed(answer)
    if len(text) > (LARGEST if viewer.account is None else LARGEST_FOR_ACCOUNTS):
        return None
    answer_id = new_token()
    known_as = digest(answer_id)
    sealed = seal(text, viewer.context(known_as))
    with transaction(durable=False) as tx:
        if viewer.account is None and not rate_limits.take(tx, "answer", caller() or "unknown", now):
            return None
        storage.keep(tx, known_as, viewer.browser, sealed, now + LIFETIME, MOST_PER_BROWSER)
    return answer_id


def find(answer_id: str, viewer: Viewer, now: int) -> KeptAnswer | None:
    """The response, if it belongs to this viewer and has not expired."""
    if len(answer_id) > 100:
        return None
    known_as = digest(answer_id)
    sealed = storage.find(reading(), known_as, now)
    if sealed is None:
        return None
    try:
        return unpacked(unseal(sealed, viewer.context(known_as)))
    except (CannotUnseal, ValueError, zlib.error):
        return None
