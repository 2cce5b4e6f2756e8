"""Post a mail to the outbox, within the transaction of its cause."""

from typing import Any

from idp.database.engine import Connection
from idp.messages.rules.retries import MAIL
from idp.messages.storage import outbox


def post_mail(
    tx: Connection,
    to: str,
    template: str,
    language: str,
    facts: dict[str, Any],
    now: int,
    account: int | None = None,
) -> int:
    """The message's id. `template`: of templates/mail; `account`: whose mail it is, so that it leaves in the name of the school."""
    payload: dict[str, Any] = {"to": to, "template": template, "language": language, "facts": facts}
    if account is not None:
        payload["account"] = account
    return outbox.post(tx, MAIL, payload, now)
