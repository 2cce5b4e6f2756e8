"""The pages of recoveries, and of the activation without a letter."""

from idp.recovery.pages import activation, identification, not_me, passwords, usernames
from idp.recovery.pages.steps import blueprint

__all__ = ["activation", "blueprint", "identification", "not_me", "passwords", "usernames"]
