"""The start of a process: garbage collection waits until it is over."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def starting() -> Iterator[None]:
    """Import modules and build what lives as long as the process.

    A collection would look at all of it again and again, and find nothing: a fifth of a start. Afterwards it is excluded
    from collections (`gc.freeze`), which also keeps its pages shared with the processes that are forked from this one.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
