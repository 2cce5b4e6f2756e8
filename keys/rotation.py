"""When a key is published, signs, stops signing and leaves the JWKS: a pure rule over integers of time.

A relying party may cache the JWKS for `publish_ahead` seconds, so a key is published that long before it signs; and a
token lives for `longest_token_life` seconds, so a key stays published that long after it has stopped signing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")


@dataclass(frozen=True)
class KeyRecord:
    """A signing key's record, without key material. Times are epoch seconds, None if not yet decided.

    It signs from `activates_at` to `retires_at`, and is in the JWKS from `published_at` to `removed_at`.
    """

    kid: str
    alg: str
    created_at: int
    published_at: int
    activates_at: int
    retires_at: int | None = None
    removed_at: int | None = None
    usable: bool = True
    """Whether one of our master keys unseals its private key."""

    def state(self, now: int) -> str:
        """ "next", "signing", "retiring" or "retired"."""
        if self.removed_at is not None and self.removed_at <= now:
            return "retired"
        if self.retires_at is not None and self.retires_at <= now:
            return "retiring"
        return "signing" if self.activates_at <= now else "next"


@dataclass(frozen=True)
class RotationPolicy:
    """All in seconds. `publish_ahead`: JWKS cache life; `signing_life`: age at which the next key takes over."""

    publish_ahead: int
    longest_token_life: int
    signing_life: int


@dataclass(frozen=True)
class Create:
    """Generate a key of `alg` that is published now and signs from `activates_at`."""

    alg: str
    activates_at: int


@dataclass(frozen=True)
class Change:
    """Set these times on the key `kid`."""

    kid: str
    activates_at: int
    retires_at: int | None
    removed_at: int | None


Step = Create | Change


class NoSuchKey(Exception):
    """No key with this kid is in the JWKS."""


def signer(keys: Sequence[KeyRecord], alg: str, now: int) -> KeyRecord | None:
    """The key of `alg` that signs at `now`: of several, the one activated last. Keys that cannot be unsealed are skipped."""
    signing = [key for key in keys if key.alg == alg and key.usable and key.state(now) == "signing"]
    return max(signing, key=lambda key: (key.activates_at, key.created_at, key.kid), default=None)


def signer_or_next(keys: Sequence[KeyRecord], alg: str, now: int) -> KeyRecord | None:
    """The signer; if there is none, the next key, so that a clock that was set back does not stop signing."""
    waiting = [key for key in keys if key.alg == alg and key.usable and key.state(now) == "next"]
    return signer(keys, alg, now) or min(waiting, key=lambda key: (key.activates_at, key.kid), default=None)


def published(keys: Sequence[KeyRecord], now: int) -> list[KeyRecord]:
    """The keys of the JWKS at `now`: next, signing and retiring."""
    return [key for key in keys if key.state(now) != "retired"]


def hint_keys(keys: Sequence[KeyRecord], now: int) -> list[KeyRecord]:
    """The keys that verify old ID tokens (hints): the published ones, and those retired by rotation.

    A key retired in an emergency left the JWKS when it stopped signing; its tokens are no longer accepted.
    """
    return [key for key in keys if key.state(now) != "retired" or not _was_revoked(key)]


def _was_revoked(key: KeyRecord) -> bool:
    return key.retires_at is None or key.removed_at is None or key.removed_at <= key.retires_at


def plan(
    keys: Sequence[KeyRecord], now: int, policy: RotationPolicy, algorithms: Sequence[str] = ALGORITHMS
) -> list[Step]:
    """The steps due at `now`: a first key for each algorithm, a next key in time, and an end for the replaced key."""
    steps: list[Step] = []
    for alg in algorithms:
        living = [key for key in keys if key.alg == alg and key.state(now) != "retired"]
        current, upcoming = signer(living, alg, now), [key for key in living if key.state(now) == "next"]
        if current is None and not upcoming:
            # If keys cannot be unsealed, the operator must decide: this machine may have the wrong master key.
            if all(key.usable for key in living):
                steps.append(Create(alg, now))
            continue
        takes_over = now + policy.publish_ahead
        for key in upcoming:
            # The key was made while the clock was ahead; activate it a normal lead time from now.
            if current is not None and key.published_at > now and key.activates_at > takes_over:
                steps.append(Change(key.kid, takes_over, key.retires_at, key.removed_at))
                steps.append(_ending(current, takes_over, policy))
        if (
            current is not None
            and not upcoming
            and now >= current.activates_at + policy.signing_life - policy.publish_ahead
        ):
            steps.extend(rotate(living, alg, now, policy))
    return steps


def rotate(keys: Sequence[KeyRecord], alg: str, now: int, policy: RotationPolicy) -> list[Step]:
    """Publish a next key of `alg` now; it signs once every cache has expired, and the current key leaves after its last token."""
    living = [key for key in keys if key.alg == alg and key.state(now) in ("next", "signing")]
    current = signer(living, alg, now)
    if current is None and living and all(key.usable for key in living):
        # The clock was set back: the next key signs already (`signer_or_next`).
        return []
    if current is None:
        # Keys that cannot be unsealed any more stay published for the tokens they have signed.
        lost = [key for key in living if not key.usable and key.retires_at is None]
        return [Create(alg, now), *(_ending(key, max(now, key.activates_at), policy) for key in lost)]
    if any(key.state(now) == "next" and key.usable for key in living):
        return []
    takes_over = now + policy.publish_ahead
    return [Create(alg, takes_over), _ending(current, takes_over, policy)]


def retire(keys: Sequence[KeyRecord], kid: str, now: int) -> list[Step]:
    """Emergency: the key leaves the JWKS at once and another of its algorithm signs at once.

    Tokens signed by it stop verifying, and relying parties with a cached JWKS see an unknown kid until they fetch it again.
    Raises NoSuchKey.
    """
    lost = next((key for key in keys if key.kid == kid and key.state(now) != "retired"), None)
    if lost is None:
        raise NoSuchKey(kid)
    steps: list[Step] = [Change(kid, min(lost.activates_at, now), now, now)]
    remaining = [key for key in keys if key.alg == lost.alg and key.kid != kid]
    current = signer(remaining, lost.alg, now)
    waiting = next((key for key in remaining if key.state(now) == "next"), None)
    if current is None and waiting is None:
        steps.append(Create(lost.alg, now))
    elif current is None and waiting is not None:
        steps.append(Change(waiting.kid, now, waiting.retires_at, waiting.removed_at))
    elif current is not None and waiting is None and current.retires_at is not None:
        # The retired key was the successor: the current key stays.
        steps.append(Change(current.kid, current.activates_at, None, None))
    return steps


def _ending(key: KeyRecord, takes_over: int, policy: RotationPolicy) -> Change:
    return Change(key.kid, key.activates_at, takes_over, takes_over + policy.longest_token_life)
