"""Garbage collection of a test process, set as `idp.wsgi` sets it for a worker. A pytest plugin.

6,700 tests with their modules are some millions of objects that stay until the end: looking through them again and again
takes a tenth of a run.
"""

import gc

import pytest

gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
