"""What a person grants at one authorization: a row, and the code that is its only trace outside (RFC 6749 §4.1.2)."""

import secrets

from sqlalchemy import Connection

from idp.context import settings
from idp.database import transaction
from idp.oidc.clients import Client
from idp.oidc.rules.authorization_request import AuthorizationRequest
from idp.oidc.rules.claims import released
from idp.oidc.rules.levels import granted_acr
from idp.oidc.rules.waiting_request import claims_text
from idp.oidc.storage import devices, pushed
from idp.oidc.storage import grants as storage
from idp.refusals import Refusal
from idp.security import digest, new_token
from idp.signin import sessions
from idp.signin.sessions import Session
from idp.signin.storage import pending as pending_storage

LONGEST_UNDER_FAPI = 60
"""Seconds of a code's life (FAPI 2.0 §5.3.2.1)."""


def issue(
    request: AuthorizationRequest, client: Client, session: Session, pending_id: str | None, moment: int
) -> str:
    """A new code for the person of `session`.

    A waiting request, a pushed one and a device's are answered once: Refusal R04 or D02 for the slower tab.
    """
    code, grant_id, said = new_token(), secrets.token_hex(16), client.registration
    lifetime = settings().tokens.code
    row = {
        "id": grant_id,
        "code_digest": digest(code),
        "client_id": request.client_id,
        "account_id": session.account.id,
        "sid": session.sid,
        "redirect_uri": request.back_to.uri,
        "scope": " ".join(request.scope),
        "asked_scope": " ".join(request.asked_scope),
        "nonce": request.nonce,
        "code_challenge": request.code_challenge,
        # What could not be given today was not shown either: a wider registration must not bring it later.
        "claims": claims_text(
            request.claims.among(released((), request.claims.names, said.scope, said.service_claims))
        ),
        "auth_time": session.auth_time,
        "acr": granted_acr(request.acr_values, session.account.profile, session.amr),
        "amr": " ".join(session.amr),
        "offline": "offline_access" in request.scope,
        "issued_at": max(moment, session.account.credentials_since),
        "code_expires_at": moment + (min(lifetime, LONGEST_UNDER_FAPI) if said.is_fapi else lifetime),
        "resources": " ".join(request.resources) or None,
        "dpop_jkt": request.dpop_jkt,
    }
    with transaction(durable=False) as tx:
        if pending_id is not None and not pending_storage.finish_pending(tx, pending_id, moment):
            raise Refusal("R04", "the pending request was answered in another tab")
        if request.pushed is not None and not pushed.use(tx, request.pushed, moment):
            raise Refusal("R04", "the pushed request was answered in another tab")
        sessions.touch_in(tx, session, moment)
        storage.add(tx, row)
        if request.device is not None and not devices.agree(tx, request.device, grant_id, moment):
            raise Refusal("D02", "the device's code is no longer waited for")
    return code


def give_up_in(tx: Connection, request: AuthorizationRequest, pending_id: str, moment: int) -> None:
    """The person goes back without granting anything: the request is answered, once. Raises Refusal R04."""
    if not pending_storage.finish_pending(tx, pending_id, moment):
        raise Refusal("R04", "the pending request was answered in another tab")
    if request.pushed is not None:
        pushed.use(tx, request.pushed, moment)
    if request.device is not None:
        devices.refuse(tx, request.device, moment)
