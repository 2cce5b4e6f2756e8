"""Signing keys: the keyring in force, and the acts that rotate and retire keys.

Private keys are sealed in the database; only `keys/` handles them in clear.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, current_app

from idp.audit import trail
from idp.database.engine import Connection, raise_generation, reading, transaction
from idp.database.generation import cache
from idp.durations import DAY
from idp.oidc.storage import keys as storage
from idp.runtime.context import settings
from idp.settings import Settings
from keys import rotation, sealing
from keys.generation import GeneratedKey, generate
from keys.keyring import Keyring
from keys.rotation import KeyRecord, RotationPolicy


def init_signing(app: Flask, configured: Settings) -> None:
    """Read the master keys once. Raises BadMasterKey."""
    app.extensions["master_keys"] = sealing.read_master_keys(configured.secrets.master_key)


def keyring(now: int) -> Keyring:
    """The keyring in force at `now`. Loaded anew when the registry's generation changes, when it expires (`until`), or when
    the clock was set back before `made_at`.
    """
    values = cache().values
    cached: Keyring | None = values.get("keyring")
    if cached is None or now < cached.made_at or (cached.until is not None and cached.until <= now):
        cached = values["keyring"] = _load(now)
    return cached


def ensure(now: int) -> None:
    """Carry out the rotation steps that are due: first keys, next keys, retirements. Safe from any worker at any time."""
    if rotation.plan(listing(), now, _policy()):
        _carry_out(lambda keys: rotation.plan(keys, now, _policy()), "worker", now)


Step = Callable[[Connection], None]
"""Work to do first in the transaction of an act on keys."""


def rotate(alg: str | None, actor: str, now: int, first: Step | None = None) -> list[str]:
    """Publish next keys now, for `alg` or for all algorithms; returns the algorithms of the new keys.

    They sign once every cached JWKS has expired.

    An algorithm that already has a next key is left as it is. If no current key can be unsealed, the new one signs at once.
    """
    algs = rotation.ALGORITHMS if alg is None else (alg,)
    return _carry_out(
        lambda keys: [s for a in algs for s in rotation.rotate(keys, a, now, _policy())],
        actor,
        now,
        first,
    )


def lost_keys(now: int) -> str | None:
    """A sentence for the operator if keys are published but none can sign; None if one can, or if there are no keys yet."""
    keys = rotation.published(listing(), now)
    if not keys or any(rotation.signer_or_next(keys, key.alg, now) for key in keys):
        return None
    return (
        "No signing key can be opened: secrets.master_key is not the one that sealed them. Put that one back, "
        "or make new keys with: idp keys rotate"
    )


def has_keys(now: int) -> bool:
    """Whether a key is published at `now`."""
    return bool(rotation.published(listing(), now))


def retire(kid: str, actor: str, now: int, first: Step | None = None) -> None:
    """Emergency: remove a key from the JWKS at once. Raises NoSuchKey."""
    _carry_out(lambda keys: rotation.retire(keys, kid, now), actor, now, first)


def listing() -> list[KeyRecord]:
    """All keys, retired ones too, the oldest first."""
    return [_record(row) for row in storage.every(reading())]


def _carry_out(decide: Any, actor: str, now: int, first: Step | None = None) -> list[str]:
    # Generating an RSA key is slow: do it before the write lock is taken, and only for planned steps.
    spare: dict[str, GeneratedKey] = {
        s.alg: generate(s.alg) for s in decide(listing()) if isinstance(s, rotation.Create)
    }
    with transaction() as tx:
        if first is not None:
            first(tx)
        # The generation's row lock serialises workers: the second one plans again and has nothing to do.
        raise_generation(tx)
        rows = storage.every(tx)
        steps: Iterable[rotation.Step] = decide([_record(row) for row in rows])
        for step in steps:
            if isinstance(step, rotation.Create):
                key = spare.get(step.alg) or generate(step.alg)
                storage.add(tx, _row(key, step.activates_at, now))
                trail.record(tx, now, "key.create", actor, f"key:{key.kid}", alg=step.alg)
            else:
                storage.set_times(tx, step.kid, step.activates_at, step.retires_at, step.removed_at)
                trail.record(tx, now, "key.change", actor, f"key:{step.kid}", retires_at=step.retires_at)
    return [step.alg for step in steps if isinstance(step, rotation.Create)]


def _load(now: int) -> Keyring:
    rows = storage.every(reading())
    records = [_record(row) for row in rows]
    published = {record.kid for record in rotation.published(records, now)}
    private = {row["kid"]: opened for row in rows if row["kid"] in published and (opened := _opened(row))}
    return Keyring(records, private, {row["kid"]: json.loads(row["public_jwk"]) for row in rows}, now)


def _opened(row: dict[str, Any]) -> str | None:
    """The private JWK; None if none of our master keys unseals it."""
    masters = current_app.extensions["master_keys"]
    try:
        return sealing.unseal(masters, row["sealed_private"], row["kid"].encode()).decode()
    except sealing.CannotUnseal:
        return None


def _policy() -> RotationPolicy:
    configured = settings()
    longest = max(configured.tokens.id_token, configured.tokens.access)
    return RotationPolicy(configured.keys.jwks_cache, longest, configured.keys.signing_days * DAY)


def _record(row: dict[str, Any]) -> KeyRecord:
    return KeyRecord(
        row["kid"],
        row["alg"],
        row["created_at"],
        row["published_at"],
        row["activates_at"],
        row["retires_at"],
        row["removed_at"],
        usable=_opened(row) is not None,
    )


def _row(key: GeneratedKey, activates_at: int, now: int) -> dict[str, Any]:
    master = current_app.extensions["master_keys"][0]
    return {
        "kid": key.kid,
        "alg": key.alg,
        "sealed_private": sealing.seal(master, key.private_jwk.encode(), key.kid.encode()),
        "public_jwk": json.dumps(key.public_jwk),
        "created_at": now,
        "published_at": now,
        "activates_at": activates_at,
    }
