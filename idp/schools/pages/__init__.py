"""The pictures of brands, from our own origin."""

import re

from flask import Blueprint, Response, abort

from idp.schools import appearance

blueprint = Blueprint("schools", __name__)
_DIGEST = re.compile(r"[0-9a-f]{64}")
A_YEAR = 31_536_000


@blueprint.get("/brand/<digest>")
def logo(digest: str) -> Response:
    """A picture by the digest of its bytes, so it is fetched once (RFC 8246). It can hold no script, and none would run."""
    picture = appearance.logo(digest) if _DIGEST.fullmatch(digest) else None
    if picture is None:
        abort(404)
    mime, content = picture
    headers = {
        "Cache-Control": f"public, max-age={A_YEAR}, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(content, mimetype=mime, headers=headers)
