"""A readable name for a User-Agent: "Firefox, Windows"."""

import re

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
