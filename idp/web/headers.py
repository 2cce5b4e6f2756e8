"""Security headers of every response; the Content-Security-Policy of pages."""

from flask import Response, g

from idp.runtime.context import settings
from idp.web.style import style

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' {style}; img-src 'self' https: data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-src {frames}; frame-ancestors {framed_by}; form-action {form_action}"
)

HSTS = "max-age=31536000; includeSubDomains"

EVERY_RESPONSE = (("X-Content-Type-Options", "nosniff"),)


def page_headers() -> list[tuple[str, str]]:
    """The headers of a page without forms and frames that is sent as bytes; EVERY_RESPONSE aside."""
    policy = CONTENT_SECURITY_POLICY.format(
        form_action="'self'", style=style().source, frames="'none'", framed_by="'none'"
    )
    return [
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
        *([("Strict-Transport-Security", HSTS)] if settings().https else []),
    ]


def add_headers(response: Response) -> Response:
    response.headers.update(EVERY_RESPONSE)
    if response.mimetype == "text/html":
        # A browser follows a form's redirects only where form-action allows: pages whose form ends at a relying party
        # name its origin in g.form_action. g.frames: what the page itself frames; g.framed_by: who may frame it.
        framed_by = g.get("framed_by", "'none'")
        policy = CONTENT_SECURITY_POLICY.format(
            form_action=g.get("form_action", "'self'"),
            style=f"{style().source} {g.get('brand_source', '')}".strip(),
            frames=g.get("frames", "'none'"),
            framed_by=framed_by,
        )
        # A stored response (idp.answers) has its own headers.
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["Referrer-Policy"] = "same-origin"
        if framed_by == "'none'":
            response.headers["X-Frame-Options"] = "DENY"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-store")
        if settings().https:
            response.headers["Strict-Transport-Security"] = HSTS
    return response
