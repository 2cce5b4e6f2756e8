"""The subject (`sub`) of an account at a client, and the account of a subject."""

from idp.database.engine import reading
from idp.oidc.clients.registry import Client
from idp.runtime.context import settings
from idp.services.rules.subjects import pairwise_subject
from idp.signin.storage import sessions as session_accounts


def subject_for(client: Client, account_subject: str) -> str:
    """The `sub` of an account at a client (OIDC Core §8)."""
    if client.registration.subject_type == "public":
        return account_subject
    key = settings().secrets.pairwise_key.encode()
    return pairwise_subject(key, client.sector, account_subject)


def account_of(client: Client, sub: str, sid: object) -> int | None:
    """The account id behind our ID token's `sid`, if its `sub` matches; None otherwise."""
    if not isinstance(sid, str):
        return None
    account = session_accounts.of_sid(reading(), sid)
    return account[0] if account is not None and subject_for(client, account[1]) == sub else None
