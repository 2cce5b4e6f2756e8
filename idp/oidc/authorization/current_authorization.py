"""The authorization of one HTTP request: the checked request, its client, the live session and the hint, read once."""

from dataclasses import dataclass
from typing import Any

from idp.observability.requests import note_client
from idp.oidc.authorization.rules.authorization_request import AuthorizationRequest
from idp.oidc.clients.registry import Client
from idp.oidc.tokens.hints import read_hint
from idp.oidc.tokens.subjects import account_of, subject_for
from idp.refusals import ProtocolRefusal
from idp.signin import current_login
from idp.signin.sessions import Session


@dataclass(frozen=True)
class Authorization:
    """`session`: the live session of this browser, if any. `hint`: the verified claims of `id_token_hint`, if it came."""

    request: AuthorizationRequest
    client: Client
    session: Session | None
    hint: dict[str, Any] | None

    @property
    def signed_in(self) -> Session:
        """The session, after the steps have established that there is one."""
        assert self.session is not None
        return self.session

    @property
    def hinted_account(self) -> int | None:
        """The account of the hint; None if its session is gone and only its `sub` can be compared (`names_session`)."""
        if self.hint is None:
            return None
        return account_of(self.client, self.hint["sub"], self.hint.get("sid"))

    @property
    def names_session(self) -> bool:
        """Whether the session's person is the one that the request names by `sub`, in the claims parameter or by a hint.

        OIDC Core §5.5.1, §3.1.2.1. A hint may be older than the session that it came from. True if the request names no one.
        """
        sub = self.request.claims.in_id_token("sub")
        subjects = sub.values if sub is not None else ()
        if not subjects and self.hint is None:
            return True
        subject = subject_for(self.client, self.signed_in.account.subject)
        return (not subjects or subject in subjects) and (self.hint is None or self.hint["sub"] == subject)


def authorization_of(request: AuthorizationRequest, client: Client, now: int) -> Authorization:
    """Raises ProtocolRefusal for an id_token_hint that is not an ID token of this client."""
    note_client(client.client_id)
    hint = None
    if request.id_token_hint is not None:
        hint = read_hint(request.id_token_hint, now)
        if hint is None or hint["aud"] != client.client_id:
            raise ProtocolRefusal(
                "invalid_request", "id_token_hint is not an ID token of this client.", request.back_to
            )
    return Authorization(request, client, current_login.current(now), hint)
