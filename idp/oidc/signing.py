"""Signing keys: the keyring of the moment, and the acts that rotate and retire keys.

Private keys are in the database only sealed; `keys/` does all that touches them.
"""

import json
from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app

from idp import audit
from idp.context import now, settings
from idp.database import raise_generation, reading, transaction
from idp.oidc import clients
from idp.oidc.storage import keys as storage
from idp.settings import Settings
from keys import rotation, sealing
from keys.generation import GeneratedKey, generate
from keys.keyring import Keyring
from keys.rotation import KeyRecord, RotationPolicy


def init_signing(app: Flask, given: Settings) -> None:
    """Read the master keys once. Raises BadMasterKey."""
    app.extensions["master_keys"] = sealing.read_master_keys(given.secrets.master_key)


def keyring() -> Keyring:
    """The keyring of this generation and moment; made anew when either has passed."""
    kept, moment = clients.registry().kept, now()
    held: Keyring | None = kept.get("keyring")
    if held is None or (held.until is not None and held.until <= moment):
        held = kept["keyring"] = _load(moment)
    return held


def ensure(moment: int) -> None:
    """Do what rotation has due: first keys, next keys, ends. Safe to call from any worker at any time."""
    if rotation.plan(listing(), moment, _policy()):
        _carry_out(lambda keys: rotation.plan(keys, moment, _policy()), "worker", moment)


def rotate(alg: str | None, actor: str, moment: int) -> None:
    """Publish next keys now, for `alg` or for all; they sign once every cached JWKS has aged."""
    algs = rotation.ALGORITHMS if alg is None else (alg,)
    _carry_out(
        lambda keys: [s for a in algs for s in rotation.rotate(keys, a, moment, _policy())], actor, moment
    )


def retire(kid: str, actor: str, moment: int) -> None:
    """Emergency: take a key out at once. Raises NoSuchKey."""
    _carry_out(lambda keys: rotation.retire(keys, kid, moment), actor, moment)


def listing() -> list[KeyRecord]:
    """Every key there was, the oldest first."""
    return [_record(row) for row in storage.every(reading())]


def _carry_out(decide: Any, actor: str, moment: int) -> None:
    # Making an RSA key takes a while: none is made while the write lock is held, and none in vain.
    spare: dict[str, GeneratedKey] = {
        s.alg: generate(s.alg) for s in decide(listing()) if isinstance(s, rotation.Create)
    }
    with transaction() as tx:
        # The row lock of the generation puts two workers into one order: the second finds nothing left to do.
        raise_generation(tx)
        rows = storage.every(tx)
        steps: Iterable[rotation.Step] = decide([_record(row) for row in rows])
        for step in steps:
            if isinstance(step, rotation.Create):
                made = spare.get(step.alg) or generate(step.alg)
                storage.add(tx, _row(made, step.activates_at, moment))
                audit.record(tx, moment, "key.create", actor, f"key:{made.kid}", alg=step.alg)
            else:
                storage.set_times(tx, step.kid, step.activates_at, step.retires_at, step.removed_at)
                audit.record(tx, moment, "key.change", actor, f"key:{step.kid}", retires_at=step.retires_at)


def _load(moment: int) -> Keyring:
    rows = storage.every(reading())
    records = [_record(row) for row in rows]
    wanted = {record.kid for record in rotation.published(records, moment)}
    masters = current_app.extensions["master_keys"]
    private = {
        row["kid"]: sealing.unseal(masters, row["sealed_private"], row["kid"].encode()).decode()
        for row in rows
        if row["kid"] in wanted
    }
    return Keyring(records, private, {row["kid"]: json.loads(row["public_jwk"]) for row in rows}, moment)


def _policy() -> RotationPolicy:
    given = settings()
    longest = max(given.tokens.id_token, given.tokens.access)
    return RotationPolicy(given.keys.jwks_cache, longest, given.keys.signing_days * 86400)


def _record(row: dict[str, Any]) -> KeyRecord:
    return KeyRecord(
        row["kid"],
        row["alg"],
        row["created_at"],
        row["published_at"],
        row["activates_at"],
        row["retires_at"],
        row["removed_at"],
    )


def _row(made: GeneratedKey, activates_at: int, moment: int) -> dict[str, Any]:
    master = current_app.extensions["master_keys"][0]
    return {
        "kid": made.kid,
        "alg": made.alg,
        "sealed_private": sealing.seal(master, made.private_jwk.encode(), made.kid.encode()),
        "public_jwk": json.dumps(made.public_jwk),
        "created_at": moment,
        "published_at": moment,
        "activates_at": activates_at,
    }
