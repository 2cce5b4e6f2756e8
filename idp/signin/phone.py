"""Going on at a phone: the address of the sign-in page as a QR code, for a page at a desk.

The code carries what the letter's own code carries, and no secret: the username is printed on the letter, and the person
signs in on the phone. A code that handed the session over would let a person who photographs the screen, or sends the picture
of a code of their own, share a session (docs/accounts.md).
"""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup

from idp import deferred
from idp.runtime.context import settings
from idp.signin.pending import Pending

if TYPE_CHECKING:
    import segno
else:
    segno = deferred.module("segno")


def address_at_phone(waiting: Pending, profile: str, username: str | None) -> str:
    """The service's own page, where its sign-in begins; without one the sign-in page of a letter, which leads to the portal."""
    if waiting.service is not None and waiting.service.client_uri:
        return waiting.service.client_uri
    known = {"profil": profile, "identifiant": username}
    query = urlencode({name: value for name, value in known.items() if value})
    return f"{settings().server.issuer}{url_for('signin.start')}{'?' if query else ''}{query}"


def square(address: str) -> Markup:
    """The QR code of an address as an inline SVG."""
    # Nothing smudges a screen: the least correction of errors makes the smallest page.
    code = segno.make(address, error="l", micro=False)
    return Markup(code.svg_inline(scale=4, border=2, svgclass="qr", omitsize=True))  # noqa: S704 - generated here
