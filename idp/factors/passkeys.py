"""Passkeys (WebAuthn Level 3): registered and used in ceremonies. Each challenge is bound to a browser and answered once.

User verification is required, so that a passkey alone counts as two factors: the device, and the biometric or PIN that
unlocks it. py_webauthn checks signatures, origins and counters; this module decides which credentials it checks.
"""

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from idp import deferred
from idp.audit import trail
from idp.crypto.opaque_tokens import BadTicket, digest, new_ticket, read_ticket
from idp.database.engine import Connection, reading, transaction
from idp.factors import authenticators, changes
from idp.factors.storage import passkeys as storage
from idp.limits.storage import used_once
from idp.people.rules.accounts import AccountFacts
from idp.refusals import N_, Refusal
from idp.refusals.factors import FACTOR_CHANGED, PASSKEY_NOT_ACCEPTED
from idp.runtime.context import settings

if TYPE_CHECKING:
    import webauthn
    from webauthn import helpers
    from webauthn.helpers import exceptions, structs
else:
    webauthn = deferred.module("webauthn")
    helpers = deferred.module("webauthn.helpers")
    exceptions = deferred.module("webauthn.helpers.exceptions")
    structs = deferred.module("webauthn.helpers.structs")


LIFETIME = 300
LONGEST_ANSWER = 16 * 1024
MOST = 10
"""Passkeys that one account may have."""

PASSKEY = N_("clé d’accès")


@dataclass(frozen=True)
class Used:
    """A passkey after a successful use. `synced`: copied between devices (RFC 8176: swk), else bound to one device (hwk)."""

    account: int
    synced: bool

    @property
    def methods(self) -> tuple[str, ...]:
        """The authentication methods (RFC 8176 §2)."""
        return ("swk" if self.synced else "hwk", "user", "mfa")


def registration_options(account: AccountFacts, browser: str, now: int) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptions (JSON) for a new passkey of `account`. Raises Refusal M04 (too many)."""
    passkeys = storage.of_account(reading(), account.id)
    if len(passkeys) >= MOST:
        raise Refusal(FACTOR_CHANGED, "the account has enough passkeys")
    challenge = _new_challenge(browser, account.id, "register", now)
    with transaction(durable=False) as tx:
        handle = storage.handle_of(tx, account.id)
        if handle is None:
            handle = secrets.token_hex(32)
            storage.add_handle(tx, account.id, handle)
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=settings().service.name,
        user_id=bytes.fromhex(handle),
        user_name=account.username,
        user_display_name=account.name,
        challenge=challenge,
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=_bytes(passkey.credential_id)) for passkey in passkeys
        ],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    document: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return document


def register(
    account: AccountFacts, browser: str, answer: str, name: str, now: int
) -> tuple[Used, list[str] | None]:
    """Store the passkey of `answer` (JSON). Returns it, and recovery codes, shown once, if the account has none yet.

    Raises Refusal M03 (the answer belongs to no challenge of ours, or is not acceptable).
    """
    credential = _read(answer)
    challenge = _challenge_of(credential)
    ends = _end_of(challenge, browser, account.id, "register", now)
    try:
        verification = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=_bytes(challenge),
            expected_rp_id=_host(),
            expected_origin=settings().server.issuer,
            require_user_verification=True,
        )
    except (exceptions.WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise Refusal(PASSKEY_NOT_ACCEPTED, f"registration: {type(fault).__name__}") from None
    synced = verification.credential_backed_up or verification.credential_device_type.value == "multi_device"
    credential_id, called = _text(verification.credential_id), clean_name(name)
    row = {
        "credential_id": credential_id,
        "account_id": account.id,
        "public_key": _text(verification.credential_public_key),
        "sign_count": verification.sign_count,
        "synced": synced,
        "name": called,
        "created_at": now,
    }
    if len(credential_id) > 400 or storage.find(reading(), credential_id):
        raise Refusal(PASSKEY_NOT_ACCEPTED, "the credential is known already, or too long")
    with transaction() as tx:
        _use_in(tx, challenge, ends)
        storage.add(tx, row)
        changes.added(tx, account, called, now)
        return Used(account.id, synced), authenticators.first_codes_in(tx, account.id, now)


def sign_in_options(account: AccountFacts | None, browser: str, now: int) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptions (JSON): for the passkeys of `account`, or for any that the browser offers."""
    challenge = _new_challenge(browser, account.id if account else None, "sign_in", now)
    passkeys = storage.of_account(reading(), account.id) if account else []
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=challenge,
        allow_credentials=[
            structs.PublicKeyCredentialDescriptor(id=_bytes(passkey.credential_id)) for passkey in passkeys
        ],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    document: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return document


def use(account: AccountFacts | None, browser: str, answer: str, now: int) -> Used:
    """Verify the answer to a challenge and return its passkey, which must belong to `account` if given. Raises Refusal M03."""
    credential = _read(answer)
    challenge = _challenge_of(credential)
    ends = _end_of(challenge, browser, account.id if account else None, "sign_in", now)
    passkey = storage.find(reading(), str(credential.get("id", ""))[:400])
    if passkey is None or (account is not None and passkey.account != account.id):
        raise Refusal(PASSKEY_NOT_ACCEPTED, "unknown passkey, or another account's", unknown=passkey is None)
    handle = credential["response"].get("userHandle")
    if account is None and handle != _text(
        bytes.fromhex(storage.handle_of(reading(), passkey.account) or "")
    ):
        raise Refusal(PASSKEY_NOT_ACCEPTED, "the user handle is another account's")
    try:
        used = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=_bytes(challenge),
            expected_rp_id=_host(),
            expected_origin=settings().server.issuer,
            credential_public_key=_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (exceptions.WebAuthnException, ValueError, KeyError, TypeError) as fault:
        if "sign count" in str(fault):
            _refuse_copy(passkey, now)
        raise Refusal(PASSKEY_NOT_ACCEPTED, f"assertion: {type(fault).__name__}") from None
    with transaction() as tx:
        _use_in(tx, challenge, ends)
        grown = storage.used(tx, passkey.credential_id, used.new_sign_count, now)
    if not grown:
        _refuse_copy(passkey, now)
    return Used(passkey.account, passkey.synced)


def accepted(account: int) -> dict[str, Any]:
    """AllAcceptedCredentialsOptions (WebAuthn Level 3 §5.1.10.4) of an account, for its own browser: it forgets the others."""
    handle = storage.handle_of(reading(), account) or ""
    return {
        "rpId": _host(),
        "userId": _text(bytes.fromhex(handle)),
        "allAcceptedCredentialIds": [
            passkey.credential_id for passkey in storage.of_account(reading(), account)
        ],
    }


def _refuse_copy(passkey: storage.StoredPasskey, now: int) -> NoReturn:
    """Refuse a signature counter that went back: the key may be copied. The audit record appears in the person's history."""
    with transaction() as tx:
        actor = f"account:{passkey.account}"
        trail.record(tx, now, "passkey.copied", actor, actor, name=passkey.name)
    raise Refusal(PASSKEY_NOT_ACCEPTED, "the counter has not grown: the passkey may have been copied")


def rename(account: AccountFacts, credential: str, name: str) -> None:
    with transaction() as tx:
        storage.rename(tx, account.id, credential, clean_name(name))


def remove(account: AccountFacts, credential: str, now: int) -> None:
    """Remove a passkey."""
    passkey = storage.find(reading(), credential)
    with transaction() as tx:
        if passkey is not None and storage.remove(tx, account.id, credential):
            changes.removed(tx, account, passkey.name, account.actor, now)


def clean_name(typed: str) -> str:
    """The owner's name for a passkey: at most 60 printable characters."""
    return "".join(c for c in " ".join(typed.split()) if c.isprintable())[:60] or PASSKEY


def _new_challenge(browser: str, account: int | None, purpose: str, now: int) -> bytes:
    """A challenge for a browser, an account (None: any) and a purpose. It is not stored, because any visitor may request challenges."""
    return _bytes(new_ticket(_key(), _ceremony(browser, account, purpose), now + LIFETIME))


def _end_of(challenge: str, browser: str, account: int | None, purpose: str, now: int) -> int:
    """The end of a challenge of this ceremony. Raises Refusal M03."""
    try:
        return read_ticket(_key(), _ceremony(browser, account, purpose), challenge, now)
    except BadTicket as fault:
        raise Refusal(PASSKEY_NOT_ACCEPTED, f"the challenge is {fault}") from None


def _use_in(tx: Connection, challenge: str, ends: int) -> None:
    """Mark a challenge as used after a valid signature. Raises Refusal M03 if it was used already."""
    if not used_once.use(tx, digest(f"challenge\0{challenge}"), ends):
        raise Refusal(PASSKEY_NOT_ACCEPTED, "the challenge was answered before")


def _ceremony(browser: str, account: int | None, purpose: str) -> str:
    return f"passkey\0{purpose}\0{browser}\0{account or ''}"


def _key() -> bytes:
    return settings().secrets.secret_key.encode()


def _read(answer: str) -> dict[str, Any]:
    """The browser's answer as a JSON object with its response. Raises Refusal M03."""
    if len(answer) > LONGEST_ANSWER:
        raise Refusal(PASSKEY_NOT_ACCEPTED, "the answer is too long")
    try:
        credential = json.loads(answer)
    except (ValueError, RecursionError):
        credential = None
    if not isinstance(credential, dict) or not isinstance(credential.get("response"), dict):
        raise Refusal(PASSKEY_NOT_ACCEPTED, "the answer is no credential")
    return credential


def _challenge_of(credential: dict[str, Any]) -> str:
    """The challenge in the browser's client data, not verified yet."""
    try:
        challenge = json.loads(_bytes(credential["response"]["clientDataJSON"]))["challenge"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refusal(PASSKEY_NOT_ACCEPTED, "the answer names no challenge") from None
    return str(challenge)[:64]


def _host() -> str:
    return urlsplit(settings().server.issuer).hostname or ""


def _text(value: bytes) -> str:
    return helpers.bytes_to_base64url(value)


def _bytes(value: str) -> bytes:
    return helpers.base64url_to_bytes(value)
