"""Passkeys (WebAuthn Level 3): made and used in ceremonies whose challenge one browser answers once.

User verification is required, so that a passkey alone is two factors: the thing, and the finger or PIN that opens it.
py_webauthn judges signatures, origins and counters; what it may judge is decided here.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.factors import authenticators, changes
from idp.factors.storage import passkeys as storage
from idp.people.rules.accounts import AccountFacts
from idp.refusals import N_, Refusal

LIFETIME = 300
LONGEST_ANSWER = 16 * 1024
MOST = 10
"""Passkeys that one account may have."""

PASSKEY = N_("clé d’accès")


@dataclass(frozen=True)
class Used:
    """A passkey that has just been used. `synced`: it is copied between devices (RFC 8176: swk), else bound to one (hwk)."""

    account: int
    synced: bool

    @property
    def methods(self) -> tuple[str, ...]:
        """How the person was authenticated, in the words of RFC 8176 §2."""
        return ("swk" if self.synced else "hwk", "user", "mfa")


def registration_options(account: AccountFacts, browser: str, now: int) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptions (JSON) for a new passkey of `account`. Raises Refusal M04 (too many)."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = storage.of_account(reading(), account.id)
    if len(known) >= MOST:
        raise Refusal("M04", "the account has enough passkeys")
    challenge = secrets.token_bytes(32)
    with transaction(durable=False) as tx:
        handle = storage.handle_of(tx, account.id)
        if handle is None:
            handle = secrets.token_hex(32)
            storage.add_handle(tx, account.id, handle)
        _begin(tx, challenge, browser, account.id, "register", now)
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=settings().service.name,
        user_id=bytes.fromhex(handle),
        user_name=account.username,
        user_display_name=account.name,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=_bytes(one.credential_id)) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return found


def register(
    account: AccountFacts, browser: str, answer: str, name: str, now: int
) -> tuple[Used, list[str] | None]:
    """Keep the passkey of `answer` (JSON); it, and the recovery codes, shown once, if the account has none yet.

    Raises Refusal M03 (the answer is not one to our challenge, or not acceptable).
    """
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    credential = _read(answer)
    challenge = _challenge_of(credential)
    with transaction() as tx:
        begun = storage.answer(tx, challenge, browser, "register", now)
    if begun != (account.id,):
        raise Refusal("M03", "no such ceremony for this account in this browser")
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=_bytes(challenge),
            expected_rp_id=_host(),
            expected_origin=settings().server.issuer,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise Refusal("M03", f"registration: {type(fault).__name__}") from None
    synced = made.credential_backed_up or made.credential_device_type.value == "multi_device"
    credential_id, called = _text(made.credential_id), clean_name(name)
    row = {
        "credential_id": credential_id,
        "account_id": account.id,
        "public_key": _text(made.credential_public_key),
        "sign_count": made.sign_count,
        "synced": synced,
        "name": called,
        "created_at": now,
    }
    if len(credential_id) > 400 or storage.find(reading(), credential_id):
        raise Refusal("M03", "the credential is known already, or too long")
    with transaction() as tx:
        storage.add(tx, row)
        changes.added(tx, account, called, now)
        return Used(account.id, synced), authenticators.first_codes_in(tx, account.id, now)


def sign_in_options(account: AccountFacts | None, browser: str, now: int) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptions (JSON): for the passkeys of `account`, or for any that the browser offers."""
    import webauthn
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

    challenge = secrets.token_bytes(32)
    with transaction(durable=False) as tx:
        _begin(tx, challenge, browser, account.id if account else None, "sign_in", now)
    known = storage.of_account(reading(), account.id) if account else []
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=_bytes(one.credential_id)) for one in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return found


def use(account: AccountFacts | None, browser: str, answer: str, now: int) -> Used:
    """The passkey that answered our challenge; of `account`, where one is given. Raises Refusal M03."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    credential = _read(answer)
    challenge = _challenge_of(credential)
    with transaction() as tx:
        begun = storage.answer(tx, challenge, browser, "sign_in", now)
    if begun != (account.id if account else None,):
        raise Refusal("M03", "no such ceremony in this browser")
    kept = storage.find(reading(), str(credential.get("id", ""))[:400])
    if kept is None or (account is not None and kept.account != account.id):
        raise Refusal("M03", "unknown passkey, or another account's")
    handle = credential["response"].get("userHandle")
    if account is None and handle != _text(bytes.fromhex(storage.handle_of(reading(), kept.account) or "")):
        raise Refusal("M03", "the user handle is another account's")
    try:
        used = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=_bytes(challenge),
            expected_rp_id=_host(),
            expected_origin=settings().server.issuer,
            credential_public_key=_bytes(kept.public_key),
            credential_current_sign_count=kept.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        if "sign count" in str(fault):
            _refuse_copy(kept, now)
        raise Refusal("M03", f"assertion: {type(fault).__name__}") from None
    with transaction() as tx:
        grown = storage.used(tx, kept.credential_id, used.new_sign_count, now)
    if not grown:
        _refuse_copy(kept, now)
    return Used(kept.account, kept.synced)


def _refuse_copy(kept: storage.Kept, now: int) -> NoReturn:
    """A counter that went back: there may be a copy. It is on record, and the person sees it in their history."""
    with transaction() as tx:
        who = f"account:{kept.account}"
        audit.record(tx, now, "passkey.copied", who, who, name=kept.name)
    raise Refusal("M03", "the counter has not grown: the passkey may have been copied")


def rename(account: AccountFacts, credential: str, name: str) -> None:
    with transaction() as tx:
        storage.rename(tx, account.id, credential, clean_name(name))


def remove(account: AccountFacts, credential: str, now: int) -> None:
    """Take a passkey away."""
    kept = storage.find(reading(), credential)
    with transaction() as tx:
        if kept is not None and storage.remove(tx, account.id, credential):
            changes.removed(tx, account, kept.name, f"account:{account.id}", now)


def clean_name(typed: str) -> str:
    """What its owner calls a passkey: 60 printable characters at most."""
    return "".join(c for c in " ".join(typed.split()) if c.isprintable())[:60] or PASSKEY


def _begin(tx: Any, challenge: bytes, browser: str, account: int | None, purpose: str, now: int) -> None:
    row = {
        "challenge": _text(challenge),
        "browser": browser,
        "account_id": account,
        "purpose": purpose,
        "expires_at": now + LIFETIME,
    }
    storage.begin(tx, row)


def _read(answer: str) -> dict[str, Any]:
    """The browser's answer as a JSON object with its response. Raises Refusal M03."""
    if len(answer) > LONGEST_ANSWER:
        raise Refusal("M03", "the answer is too long")
    try:
        credential = json.loads(answer)
    except (ValueError, RecursionError):
        credential = None
    if not isinstance(credential, dict) or not isinstance(credential.get("response"), dict):
        raise Refusal("M03", "the answer is no credential")
    return credential


def _challenge_of(credential: dict[str, Any]) -> str:
    """The challenge that the browser says it answers, which the database then knows or not."""
    try:
        said = json.loads(_bytes(credential["response"]["clientDataJSON"]))["challenge"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refusal("M03", "the answer names no challenge") from None
    return str(said)[:64]


def _host() -> str:
    return urlsplit(settings().server.issuer).hostname or ""


def _text(value: bytes) -> str:
    from webauthn.helpers import bytes_to_base64url

    return bytes_to_base64url(value)


def _bytes(value: str) -> bytes:
    from webauthn.helpers import base64url_to_bytes

    return base64url_to_bytes(value)
