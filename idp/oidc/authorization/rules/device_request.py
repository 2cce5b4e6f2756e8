"""A device's request (RFC 8628 §3.1) → an AuthorizationRequest; and the user codes that people type (§6.1)."""

from collections.abc import Callable, Mapping

from idp.oidc.authorization.rules import levels
from idp.oidc.authorization.rules.authorization_request import (
    AuthorizationRequest,
    KnownClient,
    check_resources,
    granted_scope,
    is_too_long,
    words_of,
)
from idp.oidc.clients.rules.client_metadata import DEVICE_CODE
from idp.oidc.rules.claims_request import NOTHING_ASKED
from idp.passwords.rules.typed_codes import typed_code
from idp.refusals import CheckedRedirect, ProtocolRefusal

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that a code spells no word (§6.1). Eight letters are 34 bits."""


def check(
    form: Mapping[str, str], resources: tuple[str, ...], client: KnownClient, device: str
) -> AuthorizationRequest:
    """The checked request. Raises ProtocolRefusal without `back_to`: the device reads JSON."""

    def refuse(error: str, description: str) -> ProtocolRefusal:
        return ProtocolRefusal(error, description)

    registration = client.registration
    if is_too_long(form):
        raise refuse("invalid_request", "A parameter is too long.")
    if DEVICE_CODE not in registration.grant_types:
        raise refuse("unauthorized_client", "This client is not registered for the device flow.")
    asked_scope, scope = granted_scope(form, registration, refuse)
    check_resources(resources, registration, refuse)
    acr_values = words_of(form, "acr_values") or registration.default_acr_values
    return AuthorizationRequest(
        client_id=client.client_id,
        back_to=CheckedRedirect("", "device", None),
        scope=scope,
        asked_scope=asked_scope,
        profiles=levels.profiles(acr_values, registration),
        nonce=form.get("nonce"),
        code_challenge=None,
        prompt=(),
        max_age=registration.default_max_age,
        login_hint=None,
        id_token_hint=None,
        ui_locales=(),
        acr_values=acr_values,
        claims=NOTHING_ASKED,
        resources=resources,
        device=device,
    )


def new_user_code(choose: Callable[[str], str]) -> str:
    """XXXX-XXXX; `choose` takes one letter of a text at random."""
    letters = "".join(choose(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def normal_user_code(typed: str) -> str | None:
    """A typed user code in its canonical form: dashes, spaces and case are ignored (§6.1). None if it cannot be a code."""
    letters = typed_code(typed, 40).upper()
    if len(letters) != 8 or any(letter not in LETTERS for letter in letters):
        return None
    return f"{letters[:4]}-{letters[4:]}"
