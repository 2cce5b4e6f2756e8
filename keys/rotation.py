"""When a key is published, signs, stops signing and leaves the JWKS: a pure rule over integers of time.

A relying party may cache the JWKS for `publish_ahead` seconds, so a key is published that long before it signs; and a
token lives for `longest_token_life` seconds, so a key stays published that long after it has stopped signing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")


@dataclass(frozen=True)
class KeyRecord:
    """A signing key without its key. Moments are epoch seconds, None where not decided yet.

    It signs from `activates_at` to `retires_at`, and is in the JWKS from `published_at` to `removed_at`.
    """

    kid: str
    alg: str
    created_at: int
    published_at: int
    activates_at: int
    retires_at: int | None = None
    removed_at: int | None = None

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
    """Make a key of `alg` that is published now and signs from `activates_at`."""

    alg: str
    activates_at: int


@dataclass(frozen=True)
class Change:
    """Give the key `kid` these moments."""

    kid: str
    activates_at: int
    retires_at: int | None
    removed_at: int | None


Step = Create | Change


class NoSuchKey(Exception):
    """No living key has this kid."""


def signer(keys: Sequence[KeyRecord], alg: str, now: int) -> KeyRecord | None:
    """The key of `alg` that signs at `now`: of several the one activated last."""
    signing = [key for key in keys if key.alg == alg and key.state(now) == "signing"]
    return max(signing, key=lambda key: (key.activates_at, key.created_at, key.kid), default=None)


def published(keys: Sequence[KeyRecord], now: int) -> list[KeyRecord]:
    """The keys of the JWKS at `now`: next, signing and retiring."""
    return [key for key in keys if key.state(now) != "retired"]


def vouched_for(keys: Sequence[KeyRecord], now: int) -> list[KeyRecord]:
    """The keys whose old tokens may still be believed: the published ones, and those that left in their own time.

    A key that was taken out in an emergency left the moment it stopped signing, and vouches for nothing any more.
    """
    return [key for key in keys if key.state(now) != "retired" or not _was_taken_out(key)]


def _was_taken_out(key: KeyRecord) -> bool:
    return key.retires_at is None or key.removed_at is None or key.removed_at <= key.retires_at


def plan(keys: Sequence[KeyRecord], now: int, policy: RotationPolicy) -> list[Step]:
    """What is due at `now`: a first key for each algorithm, a next key in time, and an end for the one replaced."""
    steps: list[Step] = []
    for alg in ALGORITHMS:
        living = [key for key in keys if key.alg == alg and key.state(now) != "retired"]
        current, upcoming = signer(living, alg, now), [key for key in living if key.state(now) == "next"]
        if current is None and not upcoming:
            steps.append(Create(alg, now))
            continue
        if (
            current is not None
            and not upcoming
            and now >= current.activates_at + policy.signing_life - policy.publish_ahead
        ):
            steps.extend(rotate(living, alg, now, policy))
    return steps


def rotate(keys: Sequence[KeyRecord], alg: str, now: int, policy: RotationPolicy) -> list[Step]:
    """Publish a next key of `alg` now; it signs once every cache has aged, and the present one leaves after its last token."""
    living = [key for key in keys if key.alg == alg and key.state(now) in ("next", "signing")]
    current = signer(living, alg, now)
    if current is None:
        return [Create(alg, now)]
    if any(key.state(now) == "next" for key in living):
        return []
    takes_over = now + policy.publish_ahead
    return [Create(alg, takes_over), _ending(current, takes_over, policy)]


def retire(keys: Sequence[KeyRecord], kid: str, now: int) -> list[Step]:
    """Emergency: the key leaves the JWKS at once and another of its algorithm signs at once.

    Tokens signed by it stop verifying, and relying parties with a cached JWKS meet an unknown kid until they fetch again.
    Raises NoSuchKey.
    """
    lost = next((key for key in keys if key.kid == kid and key.state(now) != "retired"), None)
    if lost is None:
        raise NoSuchKey(kid)
    steps: list[Step] = [Change(kid, min(lost.activates_at, now), now, now)]
    others = [key for key in keys if key.alg == lost.alg and key.kid != kid]
    current = signer(others, lost.alg, now)
    waiting = next((key for key in others if key.state(now) == "next"), None)
    if current is None and waiting is None:
        steps.append(Create(lost.alg, now))
    elif current is None and waiting is not None:
        steps.append(Change(waiting.kid, now, waiting.retires_at, waiting.removed_at))
    elif current is not None and waiting is None and current.retires_at is not None:
        # The one that was to take over is the one that is lost: the present one stays.
        steps.append(Change(current.kid, current.activates_at, None, None))
    return steps


def _ending(key: KeyRecord, takes_over: int, policy: RotationPolicy) -> Change:
    return Change(key.kid, key.activates_at, takes_over, takes_over + policy.longest_token_life)
