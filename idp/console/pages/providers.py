"""Other identity providers: their condition, their rules, and what the rules give a pasted example. Nothing is changed here."""

from flask import request
from flask_babel import gettext
from werkzeug.wrappers import Response

from idp.console.pages.listed import choices, numbers, table_or_file
from idp.console.pages.page import Desk, form_of, page, pressed, show
from idp.console.rules.rights import Act
from idp.console.rules.service_words import CHOICES, PROTOCOLS
from idp.console.rules.tables import Column
from idp.console.rules.upstream_words import CONDITIONS, MATCHES, REASONS
from idp.federation import inspection, upstreams
from idp.federation.upstreams import Condition
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE
from idp.runtime.context import now
from idp.settings import FederatedProvider
from idp.upstream_saml import addresses
from idp.web.form_pages import Page

ListedProvider = tuple[FederatedProvider, Condition]


COLUMNS: tuple[Column[ListedProvider], ...] = (
    Column("name", N_("Fournisseur"), lambda row: row[0].label, sorts=True),
    Column("protocol", N_("Protocole"), lambda row: PROTOCOLS[row[0].protocol], sorts=True),
    Column(
        "profiles",
        N_("Profils"),
        lambda row: ", ".join(gettext(CHOICES.get(profile, profile)) for profile in row[0].profiles),
    ),
    Column("match", N_("Reconnu par"), lambda row: gettext(MATCHES[row[0].match]), sorts=True),
    numbers("rules", N_("Règles"), lambda row: len(row[0].rules)),
    Column("state", N_("État"), lambda row: gettext(CONDITIONS[row[1].standing(now())]), sorts=True),
)


@page("providers", Act.SERVICES)
def providers(desk: Desk) -> Page:
    moment = now()
    state = request.args.get("state", "")
    listed = [(upstream, inspection.condition(upstream, moment)) for upstream in upstreams.every()]
    chosen = [row for row in listed if state in ("", row[1].standing(moment))]
    table = table_or_file(desk, COLUMNS, chosen, "providers", "fournisseurs.csv", state=state)
    if isinstance(table, Response):
        return table
    return show(desk, "providers", table=table, states=choices(CONDITIONS), now=moment)


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
