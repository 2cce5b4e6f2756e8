"""URLs of a refusal's links for this request, with its waiting login and the typed value.

A typed value is never part of a URL: it is posted by a form whose button is the link. The target page responds with its
fields filled in, and that response is stored like every response to a form (`idp.answers`).
"""

from dataclasses import dataclass

from flask import Flask, request, url_for
from werkzeug.routing import BuildError

from idp.refusals import Refusal
from idp.refusals.wording import SIGN_IN, Link
from idp.runtime.context import settings


@dataclass(frozen=True)
class Way:
    """A link; if `field` is set, a form that posts `value` in it."""

    label: str
    address: str
    field: str = ""
    value: str = ""


def init_refusal_links(app: Flask) -> None:
    app.jinja_env.globals["ways_on"] = ways_on


def ways_on(refusal: Refusal, typed: str | None = None, signed_in: bool = False) -> list[Way]:
    """The links of a refusal. `typed`: the value of this page's form, for links that carry it."""
    links = []
    for link in refusal.links:
        address = _address(link, refusal, signed_in)
        if address is not None:
            carried = typed if link.carries else None
            links.append(Way(link.label, address, link.carries if carried else "", carried or ""))
    return links


def _address(link: Link, refusal: Refusal, signed_in: bool) -> str | None:
    """None if the link has no target: no gateway, no school in this URL, no login to repeat."""
    if link.by_sms and not settings().sms.url:
        return None
    arguments = request.view_args or {}
    login = arguments.get("pending_id") or refusal.facts.get("login") or request.values.get("login")
    if link is SIGN_IN:
        if signed_in:
            return None
        return url_for("services.resume", pending_id=login) if login else url_for(link.page)
    more = {"uai": arguments["uai"]} if link.page.startswith("console.") and "uai" in arguments else {}
    if login and link.page.startswith("recovery."):
        more["login"] = login
    try:
        return url_for(link.page, **more)
    except BuildError:
        return None
