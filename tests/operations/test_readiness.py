"""What readiness, the start and `idp doctor` say of a database or a key that cannot be worked with."""

import base64
import os
import resource
import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.conftest import TEST_SECRETS, fresh_database
from tests.operations.installation import ROOT, Installation, descendants, environment, eventually, status
from tests.operations.launching import Launched

OTHER_KEY = base64.urlsafe_b64encode(b"another master key of 32 bytes!!").decode().rstrip("=")


def ready(installation: Installation) -> int | None:
    return status(f"{installation.address}/health/ready")


def with_master_key(installation: Installation, key: str) -> None:
    text = installation.config.read_text(encoding="utf-8")
    installation.config.write_text(text.replace(TEST_SECRETS["master_key"], key), encoding="utf-8")


def test_a_full_disk_is_not_ready_and_ready_again_with_free_space(installation: Installation) -> None:
    with installation.running("serve", "--no-worker") as server:
        eventually(lambda: ready(installation) == 200)
        [web] = descendants(server.pid)
        before = resource.prlimit(web, resource.RLIMIT_FSIZE)
        # Every write beyond the first byte of a file fails, as on a full disk.
        resource.prlimit(web, resource.RLIMIT_FSIZE, (1, before[1]))
        assert ready(installation) == 503
        assert status(f"{installation.address}/health/live") == 200
        resource.prlimit(web, resource.RLIMIT_FSIZE, before)
        eventually(lambda: ready(installation) == 200)


def test_a_missing_database_is_not_made_in_silence(installation: Installation, tmp_path: Path) -> None:
    file = Path(str(make_url(installation.settings().database.url).database))
    away = tmp_path / "away.sqlite3"
    with installation.running("serve", "--no-worker") as server:
        eventually(lambda: ready(installation) == 200)
        file.rename(away)
        eventually(lambda: ready(installation) == 503)
        [web] = descendants(server.pid)
        os.kill(web, 9)
        eventually(lambda: ready(installation) == 503)
        assert not file.exists()
    doctor = installation.run("doctor")
    assert doctor.returncode == 1 and "this version wants" in doctor.stdout
    assert not file.exists()
    away.rename(file)
    assert "database   sqlite" in installation.run("doctor").stdout


@pytest.mark.parametrize(
    "url", ["mysql://root@localhost/idp", "postgresql://localhost/idp", "sqlite://", "x"]
)
def test_an_address_of_another_engine_stops_the_start_with_a_sentence(tmp_path: Path, url: str) -> None:
    installation = Installation(tmp_path, url)
    stopped = installation.run("serve")
    assert stopped.returncode != 0 and "database.url" in stopped.stderr
    assert "Traceback" not in stopped.stderr and len(stopped.stderr.splitlines()) < 4


class TestAMasterKeyThatIsNotTheRightOne:
    def test_stops_the_start_and_rotation_repairs_it(self, installation: Installation) -> None:
        """The repair that docs/operating.md describes, step by step."""
        with installation.running("serve"):
            eventually(lambda: len(_keys(installation)) >= 4)
        with_master_key(installation, OTHER_KEY)
        with installation.running("serve", "--no-worker") as stopped:
            assert stopped.wait(60) != 0
        assert "No signing key can be opened" in (installation.folder / "serve.log").read_text()
        assert "secrets.master_key" in installation.run("doctor").stdout
        rotated = installation.run("keys", "rotate")
        assert rotated.returncode == 0 and "New keys are published" in rotated.stdout
        with installation.running("serve", "--no-worker"):
            eventually(lambda: ready(installation) == 200)
            assert status(f"{installation.address}/jwks.json") == 200
        assert "can sign" in installation.run("doctor").stdout

    def test_is_no_reason_for_a_worker_to_make_keys(self, installation: Installation) -> None:
        with installation.running("worker"):
            kids = eventually(lambda: kids_made if len(kids_made := _keys(installation)) >= 4 else None)
        with_master_key(installation, OTHER_KEY)
        with installation.running("worker"):
            # The worker has had its turn once it has delivered.
            installation.post_mail()
            eventually(lambda: _tried(installation))
        assert _keys(installation) == kids


def _keys(installation: Installation) -> set[str]:
    with installation.inside() as app:
        from idp.oidc import signing

        return {key.kid for key in signing.listing()} if app else set()


def _tried(installation: Installation) -> bool:
    from sqlalchemy import text

    from idp.database.engine import reading

    with installation.inside():
        return bool(reading().execute(text("SELECT max(attempts) FROM outbox")).scalar())


def test_a_second_rotation_says_that_nothing_was_done(installation: Installation) -> None:
    with installation.running("worker"):
        eventually(lambda: len(_keys(installation)) >= 4)
    assert installation.run("keys", "rotate", "RS256").returncode == 0
    kids = _keys(installation)
    again = installation.run("keys", "rotate", "RS256")
    assert again.returncode == 1 and "Nothing was changed" in again.stderr and not again.stdout
    assert installation.run("keys", "rotate", "RS256", "--json").returncode == 1
    assert _keys(installation) == kids


def test_a_worker_without_its_database_says_so_once_a_minute(
    installation: Installation, tmp_path: Path
) -> None:
    file = Path(str(make_url(installation.settings().database.url).database))
    file.unlink()
    with installation.running("worker"):
        log = tmp_path / "worker.log"
        eventually(lambda: "does not answer" in log.read_text())
        began = time.monotonic()
        eventually(lambda: time.monotonic() - began > 2)
        text = log.read_text()
    assert text.count("does not answer") <= 2 and "Traceback" not in text, text


def test_three_machines_upgrade_one_postgresql_at_once(tmp_path: Path) -> None:
    url = make_url(fresh_database("postgresql"))
    empty = f"{url.database}_empty"
    import psycopg

    dsn = url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {empty} TEMPLATE template0")
    installation = Installation(tmp_path, url.set(database=empty).render_as_string(hide_password=False))
    command, logs = (
        ["--config", str(installation.config), "db", "upgrade"],
        [tmp_path / f"{n}.log" for n in range(3)],
    )
    running = [Launched(command, ROOT, environment(), log) for log in logs]
    codes = [process.wait(120) for process in running]
    ended = [(log.read_text(), code) for log, code in zip(logs, codes, strict=True)]
    assert [code for _, code in ended] == [0, 0, 0], ended
    assert all(text.startswith("The database ") and text.count("\n") == 1 for text, _ in ended), ended
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {empty} WITH (FORCE)")


def test_a_database_of_a_newer_version_is_refused_in_words(installation: Installation) -> None:
    with sqlite3.connect(installation.settings().database.url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    refused = installation.run("db", "upgrade")
    assert refused.returncode == 1 and "a newer version has changed it" in refused.stderr
    doctor = installation.run("doctor")
    assert doctor.returncode == 1 and "Install that version again" in doctor.stdout
