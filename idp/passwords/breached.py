"""Local list of breached passwords: a Bloom filter file, mapped into memory, replaced without a restart."""

import gzip
import mmap
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from idp.passwords.rules import bloom_filter
from idp.passwords.rules.bloom_filter import HEAD, Shape
from idp.refusals import Refusal
from idp.refusals.general import UNAVAILABLE
from idp.runtime.context import settings

_HASHED = re.compile(rb"([0-9A-Fa-f]{40})(?::([0-9]+))?")


class FilterFault(Exception):
    """The filter cannot be used or built; the message says why."""


@dataclass(frozen=True)
class Filter:
    """A mapped filter file. `version`: mtime in nanoseconds and size of the file when it was opened."""

    shape: Shape
    bits: mmap.mmap
    version: tuple[int, int]

    def holds(self, password: str) -> bool:
        return bloom_filter.holds(self.bits, bloom_filter.digest_of(password), self.shape, HEAD.size)


_open: dict[str, Filter] = {}


def is_breached(password: str) -> bool:
    """Whether the password is in the list; False without a list. Raises Refusal G05 if the file is damaged."""
    path = settings().passwords.breached_filter
    try:
        return bool(path) and opened(path).holds(password)
    except FilterFault as fault:
        raise Refusal(UNAVAILABLE, str(fault)) from None


def opened(path: str) -> Filter:
    """The filter of a file, opened again if the file was replaced. Raises FilterFault."""
    try:
        status = os.stat(path)
        version = (status.st_mtime_ns, status.st_size)
        if path not in _open or _open[path].version != version:
            with open(path, "rb") as file:
                shape = bloom_filter.read_head(file.read(HEAD.size), status.st_size)
                _open[path] = Filter(shape, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), version)
    except (OSError, ValueError) as fault:
        raise FilterFault(f"{path}: {fault}") from None
    return _open[path]


def build(sources: Sequence[Path], out: Path, false_positives: float, at_least: int) -> Shape:
    """Build a filter of `sources` and replace `out` atomically.

    A source has a password on each line, or SHA-1 digests as in published lists (HASH or HASH:COUNT; digests with a COUNT
    below `at_least` are skipped); .gz is accepted. Sources are read twice and never held in memory. Raises FilterFault.
    """
    try:
        shape = bloom_filter.shape_for(sum(1 for _ in _digests(sources, at_least)), false_positives)
        bits = bytearray(shape.size)
        for digest in _digests(sources, at_least):
            bloom_filter.add(bits, digest, shape)
        unfinished = out.with_name(out.name + ".unfinished")
        with open(unfinished, "wb") as file:
            file.write(shape.head() + bits)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(out)
    except OSError as fault:
        raise FilterFault(f"{fault.filename}: {fault.strerror}") from None
    return shape


def _digests(sources: Sequence[Path], at_least: int) -> Iterator[bytes]:
    for source in sources:
        with gzip.open(source, "rb") if source.suffix == ".gz" else open(source, "rb") as lines:
            for line in lines:
                line = line.rstrip(b"\r\n")
                hashed = _HASHED.fullmatch(line)
                if hashed is not None:
                    if hashed[2] is None or int(hashed[2]) >= at_least:
                        yield bytes.fromhex(hashed[1].decode())
                elif line:
                    yield bloom_filter.digest_of(line.decode("utf-8", "replace"))
