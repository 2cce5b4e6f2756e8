"""A person downloads what is stored about them (GDPR articles 15 and 20)."""

from typing import Any

from idp.audit import trail
from idp.database.engine import reading, transaction
from idp.oidc.storage import personal_data as storage
from idp.people.rules.accounts import AccountFacts
from idp.runtime.context import settings


def download(account: AccountFacts, now: int) -> dict[str, Any]:
    """Every row about the person, as `idp.oidc.storage.personal_data` lists them; the download is on record."""
    rows = storage.everything(reading(), account.id, account.person_id)
    with transaction() as tx:
        trail.record(tx, now, "data.downloaded", account.actor, account.actor)
    return {"service": settings().service.name, "at": now, **rows}
