"""The pages of the recovery room."""

from idp.recovery.pages import activation, identification, passwords, usernames
from idp.recovery.pages.walk import blueprint

__all__ = ["activation", "blueprint", "identification", "passwords", "usernames"]
