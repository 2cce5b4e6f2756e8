"""A request at /token, as the grants read it."""

from collections.abc import Mapping
from typing import Any, Protocol

from authlib.oauth2.rfc6749 import UnauthorizedClientError

from idp.oidc.clients.registry import Client


class TokenRequest(Protocol):
    """`form`: each parameter once, `resource` apart. `client` is set by its authentication. `authorization`: that header. `now`: epoch seconds."""

    form: Mapping[str, str]
    headers: Any
    authorization: str | None
    resources: tuple[str, ...]
    client: Client | None
    auth_method: str | None
    now: int


def require_grant_type(client: Client, grant_type: str) -> None:
    """Raises UnauthorizedClientError if the client is not registered for this grant (RFC 6749 §5.2)."""
    if not client.check_grant_type(grant_type):
        raise UnauthorizedClientError(f"The client is not registered for grant_type={grant_type}.")
