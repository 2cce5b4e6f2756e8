"""What SQLite remembers of its file is a setting of each connection."""

from flask import Flask

from idp.app import create_app
from idp.database.engine import reading
from tests.conftest import Clock, settings_for
from tests.databases import lent


def pragma(app: Flask, name: str) -> int:
    with app.app_context():
        value = reading().exec_driver_sql(f"PRAGMA {name}").scalar_one()
        app.extensions["connections"].close()
    return int(value)


def test_page_cache_and_memory_mapping_are_those_of_the_settings() -> None:
    with lent("sqlite") as url:
        usual = create_app(settings_for(url), Clock())
        assert (pragma(usual, "cache_size"), pragma(usual, "mmap_size")) == (-8000, 0)
        changed = create_app(settings_for(url, database={"page_cache": 64, "mmap": 5}), Clock())
        assert (pragma(changed, "cache_size"), pragma(changed, "mmap_size")) == (-64_000, 5_000_000)
