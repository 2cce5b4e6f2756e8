"""The local list of breached passwords: a filter that an administrator builds, mapped into memory, renewed without a restart."""

import gzip
import mmap
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from idp.context import settings
from idp.people.rules import bloom_filter
from idp.people.rules.bloom_filter import HEAD, Shape
from idp.refusals import Refusal

_HASHED = re.compile(rb"([0-9A-Fa-f]{40})(?::([0-9]+))?")


class FilterFault(Exception):
    """The filter cannot be used or built; the message says why."""


@dataclass(frozen=True)
class Filter:
    """A filter in memory, as the file was when it was opened."""

    shape: Shape
    bits: mmap.mmap
    version: tuple[int, int]

    def holds(self, password: str) -> bool:
        return bloom_filter.holds(self.bits, bloom_filter.digest_of(password), self.shape, HEAD.size)


_open: dict[str, Filter] = {}


def is_breached(password: str) -> bool:
    """Whether the list, if there is one, holds the password. Raises Refusal G05 if the file was damaged meanwhile."""
    path = settings().passwords.breached_filter
    try:
        return bool(path) and opened(path).holds(password)
    except FilterFault as fault:
        raise Refusal("G05", str(fault)) from None


def opened(path: str) -> Filter:
    """The filter of a file, opened again when another was put in its place. Raises FilterFault."""
    try:
        found = os.stat(path)
        version = (found.st_mtime_ns, found.st_size)
        if path not in _open or _open[path].version != version:
            with open(path, "rb") as file:
                shape = bloom_filter.read_head(file.read(HEAD.size), found.st_size)
                _open[path] = Filter(shape, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), version)
    except (OSError, ValueError) as fault:
        raise FilterFault(f"{path}: {fault}") from None
    return _open[path]


def build(sources: Sequence[Path], out: Path, false_positives: float, at_least: int) -> Shape:
    """Make a filter of `sources`, and put it in the place of `out` at once.

    A source has a password a line, or SHA-1 digests as published lists have them (HASH or HASH:COUNT, those with a
    COUNT below `at_least` left out); .gz too. It is read twice and never held in memory. Raises FilterFault.
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
