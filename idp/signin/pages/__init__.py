"""The pages of the sign-in room: one module a part of the way."""

from idp.signin.pages import activation, door, information, mail, second_factor, start
from idp.signin.pages.step import blueprint

__all__ = ["activation", "blueprint", "door", "information", "mail", "second_factor", "start"]
