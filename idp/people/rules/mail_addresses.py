"""Mail addresses: which are usable, and how one is shown in part."""

import re

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
_ADDRESS = re.compile(f"{_LOCAL}@{_DOMAIN}")


def clean_address(typed: str) -> str | None:
    """The address with its domain in lower case (RFC 5321 §2.4), or None if no mail could be sent to it."""
    typed = typed.strip()
    if len(typed) > 254 or len(typed.partition("@")[0]) > 64 or not _ADDRESS.fullmatch(typed):
        return None
    local, _, domain = typed.rpartition("@")
    return f"{local}@{domain.lower()}"


def masked(address: str) -> str:
    """Enough for its owner to know it, too little for anybody else: `c•••@exemple.fr`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
