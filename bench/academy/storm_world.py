"""The provider of the storm: as in production, default settings, thousands of people who may sign in."""

import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.sides import PASSWORD, REDIRECT, Side, pinned, running, unpinned

PIECE = 500


@contextmanager
def provider(port: int, people: int, workers: int, more: dict[str, str]) -> Iterator[Side]:
    """A served provider with the accounts p1, p2, …; `more`: values of settings by section.name."""
    folder = Path(tempfile.mkdtemp(prefix="bench-storm-"))
    side = _prepare(folder, port, people, more)
    command = [
        sys.executable,
        "-m",
        "idp.cli",
        "--config",
        str(folder / "config.toml"),
        "serve",
        "--no-worker",
    ]
    with running(
        side, [*command, "--workers", str(workers)], "/health/ready", pinned if workers == 1 else unpinned
    ):
        yield side
    shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path, port: int, people: int, more: dict[str, str]) -> Side:
    from sqlalchemy import insert

    from idp.app import create_app
    from idp.database import schema
    from idp.database.engine import transaction
    from idp.oidc import signing
    from idp.oidc.clients import registration
    from idp.passwords.hashing import hashing_pool
    from idp.people.storage.tables import Account, Person
    from idp.runtime.context import system_clock
    from idp.settings import load_settings

    sections: dict[str, dict[str, str]] = {
        "server": {
            "mode": '"development"',
            "issuer": f'"http://localhost:{port}"',
            "port": str(port),
            "log_level": '"ERROR"',
            "trusted_proxies": "1",
        },
        "database": {"url": f'"sqlite:///{folder / "idp.sqlite3"}"'},
        "secrets": {
            name: f'"{secrets.token_urlsafe(32)}"' for name in ("secret_key", "master_key", "pairwise_key")
        },
        "signin": {"new_device_check": "false", "staff_second_factor": "false"},
    }
    for name, value in more.items():
        section, _, key = name.partition(".")
        sections.setdefault(section, {})[key] = value
    config = folder / "config.toml"
    config.write_text(
        "\n".join(
            line
            for section, values in sections.items()
            for line in (f"[{section}]", *(f"{name} = {value}" for name, value in values.items()))
        ),
        encoding="utf-8",
    )
    app, now = create_app(load_settings(config, {})), system_clock()
    with app.app_context():
        schema.migrate()
        signing.ensure(now)
        hashed = hashing_pool().hash(PASSWORD)
        usernames = [*(f"c.durand{number}" for number in range(1, 17)), *(f"p{n + 1}" for n in range(people))]
        times = {"created_at": now, "updated_at": now}
        person = {"kind": "guardian", "first_name": "Claire", "family_name": "Durand", **times}
        account = {
            "state": "active", "present": True, "password_hash": hashed, "password_changed_at": now, "identity_proved_at": now,
            "mail": "c@example.org", "mail_verified_at": now, "credentials_generation": 0, "created_at": now,
        }  # fmt: skip
        for start in range(0, len(usernames), PIECE):
            piece = usernames[start : start + PIECE]
            with transaction() as tx:
                ids = tx.execute(insert(Person).returning(Person.id), [person] * len(piece)).scalars().all()
                rows = [
                    {**account, "person_id": number, "username": name, "subject": secrets.token_hex(16)}
                    for number, name in zip(ids, piece, strict=True)
                ]
                tx.execute(insert(Account), rows)
        document = {
            "client_name": "Bench", "redirect_uris": [REDIRECT], "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile email offline_access", "accepted_profiles": ["responsable"], "first_party": True,
        }  # fmt: skip
        registered = registration.register(document, "bench", now)
        app.extensions["connections"].close()
    return Side(
        "educonnect-idp", port, registered.client_id, registered.client_secret or "",
        "/authorize", "/token", "/userinfo", "/introspect", usernames=("c.durand1",),
    )  # fmt: skip
