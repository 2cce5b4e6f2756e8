"""Mail addresses: validation, the stored form, and the readable form.

A domain is stored in its ASCII form (A-labels, RFC 5890 §2.3.2.1): `lower()` of both databases compares it alike, a mail server
without SMTPUTF8 takes it, and it is an addr-spec of RFC 5322, as OpenID Connect Core §5.1 wants of `email`. Pages show it as
people write it. The local part is NFC and keeps its case (RFC 5321 §2.4); beyond ASCII it follows RFC 6531 §3.3.
"""

import re
from typing import TYPE_CHECKING

from idp import deferred
from idp.people.rules.legible_text import shown

if TYPE_CHECKING:
    import email_validator
    import idna
else:
    email_validator = deferred.module("email_validator")
    idna = deferred.module("idna")

LONGEST, LONGEST_LOCAL = 254, 64
"""Octets of an address and of its local part (RFC 5321 §4.5.3.1)."""

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
_TOP = r"(?:[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{0,58}[A-Za-z0-9])"
_IN_ASCII = re.compile(f"{_LOCAL}@{_DOMAIN}{_TOP}")
_SMALL = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def clean_address(typed: str) -> str | None:
    """The stored form of an address, or None if no mail can be sent to it.

    ASCII addresses are not validated by the library: it refuses reserved names that schools use for tests (RFC 2606), and
    A-labels of IDNA 2003 that are in use.
    """
    typed = shown(typed)
    if len(typed) > LONGEST:
        return None
    if not typed.isascii():
        typed = _in_ascii(typed) or ""
    local, _, domain = typed.rpartition("@")
    if local.isascii() and not _IN_ASCII.fullmatch(typed):
        return None
    if not local or len(typed.encode()) > LONGEST or len(local.encode()) > LONGEST_LOCAL:
        return None
    return f"{local}@{domain.lower()}"


def _in_ascii(typed: str) -> str | None:
    """An address with letters beyond ASCII, its domain as A-labels (IDNA 2008, RFC 5891); None if it is not valid."""
    # The documented way to accept names like .test.
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        read = email_validator.validate_email(typed, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return None
    return f"{read.local_part}@{read.ascii_domain}" if _IN_ASCII.fullmatch(f"x@{read.ascii_domain}") else None


def foldings(address: str) -> frozenset[str]:
    """Possible results of a database's `lower()`: SQLite, and PostgreSQL in the locale C, fold ASCII only."""
    return frozenset((address.lower(), address.translate(_SMALL)))


def search_form(text: str) -> str:
    """A searched part of an address in the stored form of addresses, ASCII in lower case."""
    local, at, domain = shown(text).rpartition("@")
    whole = clean_address(f"{local or 'x'}{at}{domain}") if at else None
    return (local + at + (whole.rpartition("@")[2] if whole else domain)).translate(_SMALL)


def readable_address(address: str) -> str:
    """The address with a Unicode domain: `élise@société-exemple.fr`."""
    if "xn--" not in address:
        return address
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.decode(domain)}"
    except idna.IDNAError:
        return address


def reply_address(typed: str) -> str:
    """Where answers to a mail go: an addr-spec in ASCII, which every server and reader understands (RFC 5322 §3.4.1); else an empty text."""
    address = clean_address(typed) or ""
    return address if address.isascii() else ""


def masked(address: str) -> str:
    """A masked address that its owner recognises: `c•••@exemple.fr`."""
    local, _, domain = readable_address(address).rpartition("@")
    return f"{local[:1]}•••@{domain}"
