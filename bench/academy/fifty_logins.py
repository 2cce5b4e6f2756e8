"""Fifty people who sign in at the same time, on a PostgreSQL that flushes each commit: logins a second, and waits for rows.

`python -m bench.academy fifty_logins --people 50 --rounds 5`. Waits are those that PostgreSQL itself logs after a
millisecond (log_lock_waits). At home everybody has a network of their own; in one school all have one address.
"""

import argparse
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator

from flask import Flask
from sqlalchemy import insert

from bench.academy.lock_log import LockLog
from bench.postgresql import temporary

PASSWORD = "Cerises-Rouges-1789"
PLACES = {"at home": "198.{0}.100.7", "in one school": "203.0.113.7"}


def run(arguments: list[str]) -> Iterator[str]:
    """A line for each place."""
    parser = argparse.ArgumentParser(prog="fifty_logins", description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    with temporary() as url:
        app = _application(url, options.people)
        for place, address in PLACES.items():
            log = LockLog(url)
            rates = [_rate(app, options.people, address, number) for number in range(options.rounds)]
            waits = log.waits()
            log.close()
            where = Counter(table for wait in waits for table in re.findall(r'relation "(\w+)"', wait))
            tables = "".join(f", {name} {number}" for name, number in where.most_common())
            yield (
                f"{options.people} logins at once {place}: {statistics.median(rates):.0f} a second, "
                f"{len(waits)} waits for a row{tables}"
            )


def _application(url: str, people: int) -> Flask:
    """A migrated database with people who may sign in. Their passwords cost little: what is measured is the database."""
    from idp.app import create_app
    from idp.database import schema
    from idp.database.engine import transaction
    from idp.oidc import signing
    from idp.passwords.hashing import hashing_pool
    from idp.people.storage.tables import Account, Person
    from idp.runtime.context import system_clock
    from idp.settings import load_settings
    from keys.sealing import generate_master_key

    values = {
        "server": {"mode": "development", "issuer": "http://localhost"},
        "database": {"url": url},
        "secrets": {name: generate_master_key() for name in ("secret_key", "master_key", "pairwise_key")},
        "hashing": {"time_cost": 1, "memory_cost": 64, "at_once": 8, "waiting": 1000},
        "signin": {"new_device_check": False},
    }
    app, now = create_app(load_settings(None, {}, values)), system_clock()
    with app.app_context():
        schema.migrate()
        signing.ensure(now)
        hashed = hashing_pool().hash(PASSWORD)
        with transaction() as tx:
            for number in range(people):
                names = {"kind": "guardian", "first_name": "Claire", "family_name": "Durand"}
                person = tx.execute(
                    insert(Person).values(**names, created_at=now, updated_at=now).returning(Person.id)
                ).scalar_one()
                account = {
                    "person_id": person, "username": f"c.durand{number}", "subject": f"subject-{number}", "state": "active",
                    "present": True, "password_hash": hashed, "password_changed_at": now, "identity_proved_at": now,
                    "credentials_generation": 0, "created_at": now,
                }  # fmt: skip
                tx.execute(insert(Account).values(account))
        app.extensions["connections"].close()
    return app


def _rate(app: Flask, people: int, address: str, round_: int) -> float:
    """Logins a second of one round: every thread is ready, with its connection, before the first one begins."""
    from idp.database.engine import reading
    from idp.runtime.context import system_clock
    from idp.signin import authentication

    begin, end = threading.Barrier(people + 1), threading.Barrier(people + 1)
    faults: list[Exception] = []

    def login(number: int) -> None:
        with app.app_context():
            reading()
            begin.wait(60)
            try:
                place = address.format(number)
                authentication.sign_in(
                    f"c.durand{number}", PASSWORD, place, f"Bench {round_}", system_clock()
                )
            except Exception as fault:
                faults.append(fault)
            end.wait(120)
            app.extensions["connections"].close()

    threads = [threading.Thread(target=login, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    begin.wait(60)
    started = time.monotonic()
    end.wait(120)
    spent = time.monotonic() - started
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return people / spent
