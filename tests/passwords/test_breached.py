"""The filter of breached passwords: no false negatives, few false positives, and invalid files."""

import gzip
import hashlib
import os
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from idp.app import create_app
from idp.cli import main
from idp.passwords import breached
from idp.passwords.policy import failed_rules
from idp.settings import SettingsFault
from tests.actors.world import World
from tests.conftest import settings_for

WORDS = [f"motdepasse-{number}" for number in range(20_000)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("breached")
    (folder / "list.txt").write_text("\n".join(WORDS), encoding="utf-8")
    out = folder / "filter"
    result = CliRunner().invoke(
        main, ["passwords", "build-filter", str(folder / "list.txt"), "--out", str(out)]
    )
    assert result.exit_code == 0 and "20000 passwords" in result.output, result.output
    return out


def test_the_filter_contains_every_password_of_the_list(built: Path) -> None:
    bloom = breached.opened(str(built))
    assert all(bloom.holds(word) for word in WORDS)


def test_the_filter_has_few_false_positives(built: Path) -> None:
    bloom, chance = breached.opened(str(built)), random.Random(1848)
    random_words = [f"{chance.random()}" for _ in range(20_000)]
    assert sum(map(bloom.holds, random_words)) < 60, "1 in 1000 is 20"


def test_the_filter_is_small(built: Path) -> None:
    assert built.stat().st_size < 20_000 * 2


def test_published_hashes_with_counts_and_gzip(tmp_path: Path) -> None:
    def named(word: str, count: int) -> str:
        return f"{hashlib.sha1(word.encode()).hexdigest().upper()}:{count}\r\n"

    source, out = tmp_path / "hashes.txt.gz", tmp_path / "filter"
    with gzip.open(source, "wt") as lines:
        lines.write(named("soleil", 900) + named("rare", 3) + hashlib.sha1("été".encode()).hexdigest() + "\n")
    shape = breached.build([source], out, 0.001, 10)
    bloom = breached.opened(str(out))
    assert shape.count == 2
    assert (
        bloom.holds("soleil")
        and bloom.holds("e\u0301te\u0301")
        and bloom.holds("\uff53oleil")
        and not bloom.holds("rare")
    )


def test_a_new_filter_file_is_used_without_a_restart(tmp_path: Path) -> None:
    source, out = tmp_path / "list", tmp_path / "filter"
    source.write_text("first-password\n")
    breached.build([source], out, 0.001, 1)
    assert breached.opened(str(out)).holds("first-password")
    source.write_text("second-password\nthird-password\n")
    breached.build([source], out, 0.001, 1)
    os.utime(out, ns=(1, 1))
    assert breached.opened(str(out)).holds("second-password")


@pytest.mark.parametrize("content", [None, b"", b"x" * 100, b"EIDPBF01", "half"])
def test_an_unusable_file_stops_the_start_with_a_sentence(
    tmp_path: Path, built: Path, content: bytes | str | None
) -> None:
    file = tmp_path / "filter"
    if content == "half":
        file.write_bytes(built.read_bytes()[:-100])
    elif isinstance(content, bytes):
        file.write_bytes(content)
    with pytest.raises(SettingsFault, match=r"passwords\.breached_filter: .*filter"):
        create_app(settings_for("sqlite:///:memory:", passwords={"breached_filter": str(file)}))
    result = CliRunner().invoke(main, ["passwords", "check-filter", str(file)])
    assert result.exit_code == 1


def test_a_breached_password_is_refused(built: Path, tmp_path: Path) -> None:
    from tests.conftest import Clock, fresh_database

    settings = settings_for(fresh_database("sqlite"), passwords={"breached_filter": str(built)})
    app = create_app(settings, Clock())
    with app.app_context():
        world = World(app, Clock())
        facts = world.facts(world.pupil())
        assert "common" in failed_rules(facts, "motdepasse-777")
        assert failed_rules(facts, "Poires-Vertes-1848") == ()
