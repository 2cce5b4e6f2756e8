"""Other identity providers: their condition, their rules, and what the rules give a pasted example. Nothing is changed here."""

from flask import request

from idp.console.pages.page import Desk, form_of, page, pressed, show
from idp.console.rules.rights import Act
from idp.console.rules.upstream_words import MATCHES, REASONS
from idp.federation import inspection, upstreams
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE
from idp.runtime.context import now
from idp.upstream_saml import addresses
from idp.web.form_pages import Page


@page("providers", Act.SERVICES)
def providers(desk: Desk) -> Page:
    moment = now()
    listed = [(upstream, inspection.condition(upstream, moment)) for upstream in upstreams.every()]
    return show(desk, "providers", listed=listed, matches=MATCHES, now=moment)


@page("provider", Act.SERVICES)
def provider(desk: Desk, name: str) -> Page:
    """The buttons ask the provider now, or try an example; both only read."""
    upstream, moment, tried = upstreams.named(name), now(), None
    form_page = form_of(desk, "provider")
    with form_page:
        if pressed() == "try":
            tried = inspection.try_example(upstream, request.form.get("example", ""))
            if tried is None:
                raise Refusal(
                    FIELD_UNUSABLE, "the example cannot be read", field=N_("exemple"), at=("example",)
                )
    return form_page.show(
        upstream=upstream,
        condition=inspection.condition(upstream, moment, fetch=pressed() == "check"),
        tried=tried,
        matches=MATCHES,
        reasons=REASONS,
        rules=upstreams.rules_of(upstream),
        our_metadata=addresses.entity_id(upstream.name),
        now=moment,
    )
