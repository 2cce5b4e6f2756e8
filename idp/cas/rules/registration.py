"""A registration of CAS: the common members, the URLs of the service, proxying, and where it is notified of a logout."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from idp.cas.rules import service_urls
from idp.cas.rules.service_urls import Pattern
from idp.services.rules.registered_addresses import address
from idp.services.rules.registration import Registration, common_members
from idp.services.rules.registration_reader import Fault, MetadataFaults, Reader

MOST_URLS = 50


@dataclass(frozen=True)
class CasRegistration(Registration):
    """`service_urls`: exact; `service_prefixes`: with all that is below them.

    `proxy_callbacks`: prefixes of the pgtUrls of a service that may ask for proxy tickets; empty: it may not.
    `accepts_proxies`: whether proxy tickets are issued for this service. `logout_url`: where it is notified of a logout; None:
    at the URL that its ticket was issued for (§2.3.3).
    """

    service_urls: tuple[str, ...] = ()
    service_prefixes: tuple[str, ...] = ()
    proxy_callbacks: tuple[str, ...] = ()
    accepts_proxies: bool = False
    logout_url: str | None = None

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        return (*_patterns(self.service_urls, False), *_patterns(self.service_prefixes, True))

    @cached_property
    def callbacks(self) -> tuple[Pattern, ...]:
        return _patterns(self.proxy_callbacks, True)

    @property
    def sector(self) -> str | None:
        """The one host of the service's URLs; None if it has several: then its identifiers are its own."""
        hosts = {pattern.url.host for pattern in self.patterns}
        return hosts.pop() if len(hosts) == 1 else None


def _patterns(urls: tuple[str, ...], is_prefix: bool) -> tuple[Pattern, ...]:
    # Registered URLs were checked with the mode of the provider: here http://localhost has been accepted before.
    known = (service_urls.read(url, loopback_http=True) for url in urls)
    return tuple(Pattern(url, is_prefix) for url in known if url is not None)


def read_registration(document: object, loopback_http: bool) -> CasRegistration:
    """Validate a registration document. Unknown members are ignored. Raises MetadataFaults, which names every member at fault."""
    if not isinstance(document, dict):
        raise MetadataFaults([Fault("(document)", "is a JSON object")])
    read = Reader(document)
    common = common_members(read, loopback_http)
    urls: dict[str, Any] = {
        name: _urls(read, name, loopback_http)
        for name in ("service_urls", "service_prefixes", "proxy_callbacks")
    }
    registration = CasRegistration(
        **common,
        **urls,
        accepts_proxies=read.flag("accepts_proxies", False),
        logout_url=address(read, "logout_url", loopback_http),
    )
    at_fault = {fault.field for fault in read.faults}
    if not registration.patterns and not at_fault & {"service_urls", "service_prefixes"}:
        read.fault("service_urls", "holds at least one address")
    if any(":" in name for name in registration.released):
        read.fault("attributes", "has no colon in a name: it becomes the name of an XML element")
    if read.faults:
        raise MetadataFaults(read.faults)
    return registration


def _urls(read: Reader, name: str, loopback_http: bool) -> tuple[str, ...]:
    values = read.texts(name, most=MOST_URLS)
    for value in values:
        url = service_urls.read(value, loopback_http)
        if url is None:
            read.fault(name, "holds https addresses without user, fragment, encoded slash or dots")
        elif name != "service_urls" and (url.query is not None or value.count("/") < 3):
            read.fault(name, "holds prefixes with a path, at least a slash, and without a query")
    return values
