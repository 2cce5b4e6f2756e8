"""An identity provider as its metadata describes it (saml-metadata-2.0-os §2.4.3), where we are the service provider."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from idp.saml.rules import names
from idp.saml.rules.service_provider import Endpoint


@dataclass(frozen=True)
class IdentityProvider:
    """`signing`: DER certificates. `valid_until`: epoch seconds, None without an end."""

    entity_id: str
    sign_on: tuple[Endpoint, ...]
    logout: tuple[Endpoint, ...] = ()
    signing: tuple[bytes, ...] = field(default=(), repr=False)
    valid_until: int | None = None

    def sign_on_at(self, binding: str) -> str | None:
        """The address of single sign-on by a binding."""
        return _first(self.sign_on, binding)

    def logout_at(self, binding: str) -> Endpoint | None:
        """The endpoint of single logout by a binding."""
        return next((endpoint for endpoint in self.logout if endpoint.binding == binding), None)

    @property
    def logout_in_browser(self) -> Endpoint | None:
        """The endpoint of single logout by the browser: by redirect, else by POST."""
        return self.logout_at(names.REDIRECT) or self.logout_at(names.POST)


def _first(endpoints: Sequence[Endpoint], binding: str) -> str | None:
    return next((endpoint.location for endpoint in endpoints if endpoint.binding == binding), None)
