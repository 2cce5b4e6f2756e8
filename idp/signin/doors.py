"""Doors that can be guessed at: each try is counted before it is judged, in the database, for all workers together."""

from idp.context import settings
from idp.database import transaction
from idp.security import digest
from idp.signin.rules.throttling import ThrottlePolicy, locked_for
from idp.signin.storage import throttles

HOUR = 3600


def account_door(username: str) -> str:
    """The bucket in which the failures of all doors of one account count, however its username was written."""
    return digest(f"account\0{username}")


def address_door(address: str) -> str:
    """The bucket of one network address."""
    return digest(f"address\0{address}")


def knock(username: str, address: str, now: int) -> tuple[int, bool]:
    """Count one sign-in try for an account and an address.

    Returns (seconds for which the account's door stays closed, 0 if this try may be judged; whether the address has to
    wait). The last try before a lock is still judged; if it is right the door opens again.
    """
    given = settings().throttling
    policy = ThrottlePolicy(given.failures, given.first_lock, given.longest_lock)
    network = address_door(address)
    with transaction(durable=False) as tx:
        closed = _try(account_door(username), policy, tx, now)
        tries, network_until = throttles.knock(tx, network, now, HOUR)
        if network_until <= now and tries >= given.per_address:
            throttles.lock(tx, network, now + HOUR)
    return closed, network_until > now


def _try(door: str, policy: ThrottlePolicy, tx, now: int) -> int:  # type: ignore[no-untyped-def]
    tries, until = throttles.knock(tx, door, now, HOUR)
    if until > now:
        return until - now
    if pause := locked_for(tries, policy):
        throttles.lock(tx, door, now + pause)
    return 0
