"""Gzip files of which one part is compressed beforehand, and the rest is stored as it is (RFC 1951 §3.2.4, RFC 1952). Pure."""

import struct
import zlib
from collections.abc import Iterator

_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_END = b"\x01\x00\x00\xff\xff"
_LONGEST_BLOCK = 0xFFFF


def as_blocks(text: bytes) -> bytes:
    """`text` as compressed blocks of DEFLATE that refer to nothing before them, without an end."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(text) + compressor.flush(zlib.Z_FULL_FLUSH)


def page_as_gzip(page: bytes, text: bytes, blocks: bytes) -> bytes | None:
    """A gzip file (RFC 1952) of `page`, in which `text` stands as its `blocks`; None if the page does not hold it."""
    before, middle, after = page.partition(text)
    if not middle:
        return None
    trailer = struct.pack("<II", zlib.crc32(page), len(page) & 0xFFFFFFFF)
    return b"".join((_HEAD, *_stored(before), blocks, *_stored(after), _END, trailer))


def _stored(text: bytes) -> Iterator[bytes]:
    for start in range(0, len(text), _LONGEST_BLOCK):
        piece = text[start : start + _LONGEST_BLOCK]
        yield struct.pack("<BHH", 0, len(piece), len(piece) ^ 0xFFFF)
        yield piece
