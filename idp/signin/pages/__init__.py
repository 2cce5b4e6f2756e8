"""Pages of the sign-in package: a module for each step."""

from idp.signin.pages import activation, mail, second_factor, sign_in, site_pages, start
from idp.signin.pages.step import blueprint

__all__ = ["activation", "blueprint", "mail", "second_factor", "sign_in", "site_pages", "start"]
