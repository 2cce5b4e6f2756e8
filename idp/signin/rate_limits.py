"""Rate limits on sign-in. An attempt is recorded before the password is checked, in the database, for all workers.

A browser in which the person has proved who they are has a budget of its own: a stranger who locks the account's
bucket does not lock it for that browser.
"""

from dataclasses import dataclass

from idp.crypto.opaque_tokens import digest
from idp.database.engine import Connection, reading, transaction
from idp.durations import HOUR
from idp.limits.storage import rate_limits
from idp.messages.storage import outbox
from idp.runtime.context import settings
from idp.signin.rules.rate_limits import ThrottlePolicy, locked_for
from idp.signin.storage import devices, network_attempts, throttles

SIGN_IN_LOCKED = "door_closed"
"""Kind of the outbox message on which the worker sends a mail to the account's owner, if the account exists."""


@dataclass(frozen=True)
class Attempt:
    """A recorded attempt. `closed_for`: seconds until this account accepts attempts again; 0: check the password."""

    closed_for: int
    network_is_limited: bool
    bucket: str
    in_networks: tuple[int, ...]
    """Ids of the attempt in the counts of its networks."""


def account_bucket(username: str) -> str:
    """The bucket of an account: failures of all forms that take its credentials, for every spelling of its username."""
    return digest(f"account\0{username}")


def device_bucket(username: str, browser: str) -> str:
    """The bucket of an account in a browser that is known for it."""
    return digest(f"device\0{username}\0{browser}")


def network_buckets(address: str) -> tuple[tuple[str, int], ...]:
    """(bucket, failures allowed within an hour) of the network around an address, and of the address (IPv6: its /64)."""
    limits = settings().throttling
    buckets = rate_limits.places(address)
    if buckets is None:
        return ((digest(f"address\0{address}"), limits.per_address),)
    network, own = buckets
    return (digest(f"network\0{network}"), limits.per_network), (
        digest(f"address\0{own}"),
        limits.per_address,
    )


def record(username: str, address: str, browser: str | None, now: int) -> Attempt:
    """Record a sign-in attempt for an account, an address and its network. `browser`: digest of the browser's own id.

    The last attempt before a lock is still checked; if it succeeds, the bucket is cleared. A locked bucket does not
    count. An attempt from a limited network counts for no account: a stranger who invents usernames leaves no rows.
    People of one network write no row in common: its count is read when the attempt is committed.
    """
    limits = settings().throttling
    policy = ThrottlePolicy(limits.failures, limits.first_lock, limits.longest_lock)
    known = browser is not None and devices.is_known_by_name(reading(), username, browser)
    bucket = device_bucket(username, browser) if known and browser else account_bucket(username)
    networks = network_buckets(address)
    with transaction(durable=False) as tx:
        counted = _count_in_networks(tx, networks, now)
        if not counted:
            return Attempt(0, True, bucket, ())
        closed = record_in(tx, bucket, policy, now)
        if closed.first_lock:
            outbox.post(tx, SIGN_IN_LOCKED, {"username": username}, now)
    attempt = Attempt(closed.seconds, _lock_full_networks(networks, now), bucket, counted)
    if attempt.network_is_limited and not closed.seconds:
        with transaction(durable=False) as tx:
            throttles.forgive(tx, bucket)
    return attempt


@dataclass(frozen=True)
class Closed:
    """`seconds` for which the bucket rejects this attempt; `first_lock`: this attempt has locked it for the first time."""

    seconds: int
    first_lock: bool


def record_in(tx: Connection, bucket: str, policy: ThrottlePolicy, now: int) -> Closed:
    """Record an attempt in a bucket, and lock the bucket for the next attempts if the policy's number is reached."""
    tries, until = throttles.count_attempt(tx, bucket, now, HOUR, policy.longest_lock)
    if until > now:
        return Closed(until - now, False)
    if pause := locked_for(tries, policy):
        throttles.lock(tx, bucket, now + pause)
    return Closed(0, tries == policy.failures)


def succeeded(tx: Connection, attempt: Attempt) -> None:
    """Clear the account's attempts after a successful one, and take it back from the network's count."""
    throttles.clear(tx, attempt.bucket)
    network_attempts.take_back(tx, attempt.in_networks)


def refund(attempt: Attempt) -> None:
    """Take back an attempt whose password was not checked."""
    with transaction(durable=False) as tx:
        throttles.forgive(tx, attempt.bucket)
        network_attempts.take_back(tx, attempt.in_networks)


def network_is_limited(address: str, now: int) -> bool:
    """Record an attempt that names no account, for its address and network. Returns whether either is limited."""
    networks = network_buckets(address)
    with transaction(durable=False) as tx:
        counted = _count_in_networks(tx, networks, now)
    return not counted or _lock_full_networks(networks, now)


def network_succeeded(address: str) -> None:
    """Take back a successful attempt that names no account: a school's network activates many accounts in an hour."""
    with transaction(durable=False) as tx:
        forgive_networks(tx, address)


def forgive_networks(tx: Connection, address: str) -> None:
    """The same within a transaction."""
    for bucket, _ in network_buckets(address):
        network_attempts.take_one_back(tx, bucket)


def _count_in_networks(tx: Connection, networks: tuple[tuple[str, int], ...], now: int) -> tuple[int, ...]:
    """Record an attempt for each network. Returns its ids; none if one of them is limited, which counts nothing."""
    buckets = [bucket for bucket, _ in networks]
    if throttles.any_is_locked(tx, buckets, now):
        return ()
    return network_attempts.add(tx, buckets, now + HOUR)


def _lock_full_networks(networks: tuple[tuple[str, int], ...], now: int) -> bool:
    """Lock networks that have used up their budget. Returns whether the committed attempt is beyond one of the budgets."""
    counts = network_attempts.counts(reading(), [bucket for bucket, _ in networks], now, HOUR)
    full = [bucket for bucket, most in networks if counts.get(bucket, 0) >= most]
    if full:
        with transaction(durable=False) as tx:
            for bucket in full:
                throttles.lock_network(tx, bucket, now + HOUR)
    return any(counts.get(bucket, 0) > most for bucket, most in networks)
