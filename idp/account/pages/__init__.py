"""The pages of "Mon compte"."""

from idp.account.pages import (
    children,
    confirmation,
    consents,
    credentials,
    devices,
    history,
    overview,
    security,
    services,
)
from idp.account.pages.page import blueprint

__all__ = [
    "blueprint",
    "children",
    "confirmation",
    "consents",
    "credentials",
    "devices",
    "history",
    "overview",
    "security",
    "services",
]
