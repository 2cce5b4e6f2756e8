"""Pictures that a school uploads: PNG, JPEG or WebP, recognised by their first bytes, small in bytes and in pixels.

SVG is none of them: it can hold scripts. The name and the type that a browser sends are not read.
"""

from dataclasses import dataclass

LARGEST = 100_000
"""Bytes."""
WIDEST = 1_600
"""Pixels, in either direction: a few bytes of PNG can unfold to gigabytes."""

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of JPEG that are followed by the size (ITU-T T.81, table B.1)."""


class UnusableLogo(Exception):
    """`why`: "size" (bytes), "kind" or "pixels"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Logo:
    mime: str
    width: int
    height: int


def read_logo(content: bytes) -> Logo:
    """The kind and the size of a picture. Raises UnusableLogo."""
    if len(content) > LARGEST:
        raise UnusableLogo("size")
    logo = _png(content) or _jpeg(content) or _webp(content)
    if logo is None:
        raise UnusableLogo("kind")
    if not (0 < logo.width <= WIDEST and 0 < logo.height <= WIDEST):
        raise UnusableLogo("pixels")
    return logo


def _png(content: bytes) -> Logo | None:
    """PNG §11.2.1: the first chunk is IHDR."""
    if not content.startswith(_PNG) or content[12:16] != b"IHDR" or len(content) < 33:
        return None
    return Logo("image/png", int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))


def _jpeg(content: bytes) -> Logo | None:
    """ITU-T T.81 §B.2: segments of a marker and a length; the frame's has the size."""
    if not content.startswith(_JPEG):
        return None
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if marker in _FRAMES:
            height, width = content[at + 5 : at + 7], content[at + 7 : at + 9]
            return Logo("image/jpeg", int.from_bytes(width), int.from_bytes(height))
        at += 2 + max(length, 2)
    return None


def _webp(content: bytes) -> Logo | None:
    """RFC 9649 §2.5 to §2.7: simple lossy, simple lossless, extended."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return None
    kind, data = content[12:16], content[20:]
    if kind == b"VP8 " and data[3:6] == b"\x9d\x01\x2a":
        return Logo("image/webp", _little(data[6:8]) & 0x3FFF, _little(data[8:10]) & 0x3FFF)
    if kind == b"VP8L" and data[:1] == b"\x2f":
        bits = _little(data[1:5])
        return Logo("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        return Logo("image/webp", _little(data[4:7]) + 1, _little(data[7:10]) + 1)
    return None


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
