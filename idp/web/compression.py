"""Pages as gzip whose style alone is compressed, beforehand; the rest is stored as it is.

A page holds tokens beside text that a stranger may choose, so its length must not depend on how they resemble each other
(BREACH). A stored block of DEFLATE (RFC 1951 §3.2.4) has the length of its text; the style is the same in every page.
"""

from flask import Flask, Response, request

from idp.web.application import PlainResponse
from idp.web.deflate import page_as_gzip
from idp.web.style import style


def init_compression(app: Flask) -> None:
    """Register before every other hook of responses: it runs after them."""
    app.after_request(send_as_gzip)


def takes_gzip() -> bool:
    """Whether the client reads gzip (RFC 9110 §12.5.3)."""
    return request.accept_encodings.quality("gzip") > 0


def styled_page_as_gzip(page: bytes) -> bytes | None:
    """A page of this provider as gzip; None if it does not carry the style."""
    return page_as_gzip(page, style().encoded, style().blocks)


def send_as_gzip(response: Response) -> Response:
    """The same response, its page as gzip where the client reads that."""
    if response.mimetype != "text/html" or isinstance(response, PlainResponse) or not response.is_sequence:
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" not in response.headers and takes_gzip():
        page = styled_page_as_gzip(response.get_data())
        if page is not None:
            response.set_data(page)
            response.content_encoding = "gzip"
    return response
