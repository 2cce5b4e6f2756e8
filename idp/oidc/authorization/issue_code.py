"""Issuing an authorization code: writes the grant and answers the waiting request (RFC 6749 §4.1.2)."""

from idp.crypto.opaque_tokens import digest
from idp.crypto.ordered_ids import new_id, new_token_of
from idp.database.engine import Connection, transaction
from idp.oidc.authorization.current_authorization import Authorization
from idp.oidc.authorization.rules.authorization_request import AuthorizationRequest
from idp.oidc.authorization.rules.levels import granted_acr
from idp.oidc.authorization.rules.saved_request import claims_text
from idp.oidc.rules.claims import released
from idp.oidc.rules.retention import first_review
from idp.oidc.storage import devices, pushed
from idp.oidc.storage import grants as storage
from idp.refusals import Refusal
from idp.refusals.requests import DEVICE_CODE_USED, LOGIN_ALREADY_ANSWERED
from idp.runtime.context import settings
from idp.signin import pending, sessions
from idp.signin.pending import Pending

LONGEST_UNDER_FAPI = 60
"""Seconds of a code's life (FAPI 2.0 §5.3.2.1)."""


def issue(authorization: Authorization, waiting: Pending | None, now: int) -> str:
    """A new code for the signed-in person.

    A waiting, a pushed and a device's request are answered once: the second answer raises Refusal R04 or D02.
    """
    request, session = authorization.request, authorization.signed_in
    grant_id, registration = new_id(now), authorization.client.registration
    code = new_token_of(grant_id)
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
        # Claims outside today's registration were not shown: a wider registration must not release them later.
        "claims": claims_text(
            request.claims.among(
                released((), request.claims.names, registration.scope, registration.service_claims)
            )
        ),
        "auth_time": session.auth_time,
        "acr": granted_acr(request.acr_values, session.account.profile, session.amr),
        "amr": " ".join(session.amr),
        "offline": "offline_access" in request.scope,
        "issued_at": now,
        "generation": session.account.credentials_generation,
        "code_expires_at": now + (min(lifetime, LONGEST_UNDER_FAPI) if registration.is_fapi else lifetime),
        "resources": " ".join(request.resources) or None,
        "dpop_jkt": request.dpop_jkt,
        "review_at": first_review(now, settings().sessions.longest),
    }
    with transaction(durable=False) as tx:
        if waiting is not None and not pending.answer_in(tx, waiting):
            raise Refusal(LOGIN_ALREADY_ANSWERED, "the waiting request was answered in another tab")
        if request.pushed is not None and not pushed.use(tx, request.pushed, now):
            raise Refusal(LOGIN_ALREADY_ANSWERED, "the pushed request was answered in another tab")
        sessions.touch_in(tx, session, now)
        storage.add(tx, row)
        if request.device is not None and not devices.agree(tx, request.device, grant_id, now):
            raise Refusal(DEVICE_CODE_USED, "the device's code is no longer waited for")
    return code


def give_up_in(tx: Connection, request: AuthorizationRequest, waiting: Pending | None, now: int) -> None:
    """The person declines: answer the request without a grant, once. Raises Refusal R04.

    `waiting`: the waiting login; None if the person is not signed in.
    """
    if waiting is not None and not pending.answer_in(tx, waiting):
        raise Refusal(LOGIN_ALREADY_ANSWERED, "the waiting request was answered in another tab")
    if request.pushed is not None:
        pushed.use(tx, request.pushed, now)
    if request.device is not None:
        devices.refuse(tx, request.device, now)
