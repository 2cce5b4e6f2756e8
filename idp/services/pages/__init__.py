"""Pages about services, in any protocol: the dispatcher of a login, consent, the replaced session, the last page of a logout."""

from idp.services.pages import closing, login
from idp.services.pages.blueprint import blueprint

__all__ = ["blueprint", "closing", "login"]
