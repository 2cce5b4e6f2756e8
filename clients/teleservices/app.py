"""The Téléservices of a guardian: procedures for each child, in their season, and the family's contact details."""

from flask import Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients import dates, drafts
from clients.configuration import Configuration
from clients.relying_party import (
    configuration,
    create_relying_party,
    logged_in,
    now,
    session_was_closed,
    store,
    visitor,
)
from clients.store import Visitor
from clients.teleservices import campaigns, filing_pages, filings
from clients.teleservices.notifications import Notifier
from clients.teleservices.procedures import CONTACT, PROCEDURES, read_answers
from clients.teleservices.registration import registration


def create_app(config: Configuration) -> Flask:
    """The Téléservices' WSGI application, with the thread that sends its notifications."""
    app = create_relying_party(
        "teleservices", "Téléservices", config, registration(config.base), filings.TABLES
    )
    app.add_url_rule("/", view_func=home)
    app.add_url_rule("/contact", view_func=contact, methods=["GET", "POST"])
    filing_pages.add_to(app)
    app.jinja_env.filters["day_of"] = dates.day_of
    notifier = Notifier(app.extensions["store"], config)
    app.extensions["notifier"] = notifier
    notifier.start()
    return app


def home() -> str:
    """For each child, every procedure that is open or has been answered; and when the others open."""
    someone = visitor()
    if someone is None:
        return render_template("teleservices/entry.html", closed=session_was_closed())
    today, open_now = dates.today(), configuration().open_now
    families = [(child, filing_pages.offers(child, someone)) for child in filings.children_of(someone)]
    calendar = [(campaign, campaign.state(today, open_now)) for campaign in campaigns.CAMPAIGNS]
    page = {
        "families": families,
        "procedures": PROCEDURES,
        "contact_open": filing_pages.is_open("fiche"),
        "calendar": calendar,
        "place_of_today": campaigns.school_day(today.month, today.day),
        "months": campaigns.months(),
    }
    return render_template("teleservices/home.html", **page)


@logged_in
def contact(someone: Visitor) -> str | Response:
    """The contact details; the school is notified of each change."""
    if not filing_pages.is_open("fiche"):
        raise NotFound
    answers, faults = filings.contact_of(store(), someone), dict[str, str]()
    if request.method == "POST":
        answers, faults = read_answers(CONTACT, request.form)
        if faults:
            return drafts.refused(someone)
        drafts.saved(someone)
        changed = filings.change_contact(store(), someone, answers, now())
        flash(
            _("C’est enregistré. L’établissement est prévenu de ce qui a changé.")
            if changed
            else _("Rien n’a changé : ces coordonnées étaient déjà enregistrées.")
        )
        return redirect(url_for("contact"), 303)
    unsaved = drafts.unsaved(someone)
    if unsaved is not None:
        answers, faults = read_answers(CONTACT, unsaved)
    page = {"fields": CONTACT, "answers": answers, "faults": faults, "unsaved": unsaved is not None}
    return render_template("teleservices/contact.html", **page)
