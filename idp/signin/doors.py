"""Doors that can be guessed at: each try is counted before it is judged, in the database, for all workers together.

A browser in which the person has shown who they are has a budget of its own: a stranger who closes the account's door
does not close it to them.
"""

import ipaddress
from dataclasses import dataclass

from sqlalchemy import Connection

from idp.context import settings
from idp.database import reading, transaction
from idp.messages import outbox
from idp.security import digest
from idp.signin.rules.throttling import ThrottlePolicy, locked_for
from idp.signin.storage import devices, throttles

HOUR = 3600
DOOR_CLOSED = "door_closed"
"""The kind of outbox message by which the worker tells an account's person, if there is one."""


@dataclass(frozen=True)
class Knock:
    """One counted try. `closed_for`: seconds for which the account's door stays closed to it, 0 if it may be judged."""

    closed_for: int
    network_waits: bool
    door: str
    networks: tuple[str, ...]


def account_door(username: str) -> str:
    """The bucket in which the failures of all doors of one account count, however its username was written."""
    return digest(f"account\0{username}")


def device_door(username: str, browser: str) -> str:
    """The bucket of one account in a browser that is known for it."""
    return digest(f"device\0{username}\0{browser}")


def network_doors(address: str) -> tuple[tuple[str, int], ...]:
    """(bucket, failures allowed within an hour) of a network address and of the network around it."""
    given = settings().throttling
    doors = [(digest(f"address\0{address}"), given.per_address)]
    try:
        around = ipaddress.ip_network(f"{address}/{48 if ':' in address else 24}", strict=False)
    except ValueError:
        return tuple(doors)
    return (*doors, (digest(f"network\0{around}"), given.per_network))


def knock(username: str, address: str, browser: str | None, now: int) -> Knock:
    """Count one sign-in try for an account, an address and its network. `browser`: digest of the browser's own id.

    The last try before a lock is still judged; if it is right the door opens again. A closed door counts nothing.
    """
    given = settings().throttling
    policy = ThrottlePolicy(given.failures, given.first_lock, given.longest_lock)
    known = browser is not None and devices.is_known_by_name(reading(), username, browser)
    door = device_door(username, browser) if known and browser else account_door(username)
    networks = network_doors(address)
    with transaction(durable=False) as tx:
        closed = knock_one(tx, door, policy, now)
        if closed.first_lock:
            outbox.post(tx, DOOR_CLOSED, {"username": username}, now)
        waits = [_network_waits(tx, bucket, most, now) for bucket, most in networks]
    return Knock(closed.seconds, any(waits), door, tuple(bucket for bucket, _ in networks))


@dataclass(frozen=True)
class Closed:
    """`seconds` for which a door stays closed to this try; `first_lock`: this try has closed it for the first time."""

    seconds: int
    first_lock: bool


def knock_one(tx: Connection, door: str, policy: ThrottlePolicy, now: int) -> Closed:
    """Count a try at one door, and close it for the next ones if that was one too many."""
    tries, until = throttles.knock(tx, door, now, HOUR)
    if until > now:
        return Closed(until - now, False)
    if pause := locked_for(tries, policy):
        throttles.lock(tx, door, now + pause)
    return Closed(0, tries == policy.failures)


def came_in(tx: Connection, knocked: Knock) -> None:
    """The try was right: the account's tries are forgotten, and the network's count does not grow."""
    throttles.clear(tx, knocked.door)
    for bucket in knocked.networks:
        throttles.forgive(tx, bucket)


def not_judged(knocked: Knock) -> None:
    """The try was not judged after all: it does not count."""
    with transaction(durable=False) as tx:
        for bucket in (knocked.door, *knocked.networks):
            throttles.forgive(tx, bucket)


def network_waits(address: str, now: int) -> bool:
    """Count a try that names no account, for its address and network; whether they have to wait."""
    with transaction(durable=False) as tx:
        return any([_network_waits(tx, bucket, most, now) for bucket, most in network_doors(address)])


def network_was_right(address: str) -> None:
    """A try that names no account has turned out right: a school's own network opens many accounts in an hour."""
    with transaction(durable=False) as tx:
        for bucket, _ in network_doors(address):
            throttles.forgive(tx, bucket)


def _network_waits(tx: Connection, bucket: str, most: int, now: int) -> bool:
    tries, until = throttles.knock(tx, bucket, now, HOUR)
    if until <= now and tries >= most:
        throttles.lock(tx, bucket, now + HOUR)
    return until > now
