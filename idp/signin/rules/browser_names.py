"""A readable name for a User-Agent: "Firefox, Windows"; and the kind of device that it names."""

import re
from dataclasses import dataclass
from enum import StrEnum

from idp.refusals import N_

UNKNOWN = N_("un navigateur inconnu")
"""The name of a browser and system that are not recognised. A header is no name for people, and anybody may write one."""

_BROWSERS = (
    ("Edge", re.compile(r"Edg(?:A|iOS)?/")),
    ("Opera", re.compile(r"OPR/")),
    ("Samsung Internet", re.compile(r"SamsungBrowser/")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"(?:Chrome|CriOS|Chromium)/")),
    ("Safari", re.compile(r"Safari/")),
)
_SYSTEMS = (
    ("iPhone", re.compile(r"iPhone")),
    ("iPad", re.compile(r"iPad")),
    ("Android", re.compile(r"Android")),
    ("Windows", re.compile(r"Windows")),
    ("ChromeOS", re.compile(r"CrOS")),
    ("Mac", re.compile(r"Mac OS X|Macintosh")),
    ("Linux", re.compile(r"Linux|X11")),
)


def browser_name(user_agent: str) -> str:
    """The first browser and system in the header; else UNKNOWN, to be translated where it is shown."""
    names = [
        next((name for name, sign in kinds if sign.search(user_agent)), None)
        for kinds in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in names if name) or UNKNOWN


class DeviceKind(StrEnum):
    COMPUTER = "computer"
    PHONE = "phone"
    TABLET = "tablet"


@dataclass(frozen=True)
class Device:
    """What a User-Agent reveals; `browser` and `system` are None where it names none that is known."""

    kind: DeviceKind
    browser: str | None
    system: str | None


def device_of(user_agent: str) -> Device:
    """The device of a session. A browser that does not say what it runs on counts as a computer."""
    browser, system = (
        next((name for name, sign in kinds if sign.search(user_agent)), None)
        for kinds in (_BROWSERS, _SYSTEMS)
    )
    return Device(_kind(user_agent, system), browser, system)


def _kind(user_agent: str, system: str | None) -> DeviceKind:
    # Chrome on Android says "Mobile" on phones alone; iPadOS in its desktop mode looks like a Mac.
    if system == "iPhone" or (system == "Android" and "Mobile" in user_agent):
        return DeviceKind.PHONE
    return DeviceKind.TABLET if system in ("iPad", "Android") else DeviceKind.COMPUTER
