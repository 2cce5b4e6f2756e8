"""The Téléservices of a guardian: procedures for each child, in their season, and the family's contact details."""

from flask import Flask, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients import drafts, french_dates
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
from clients.teleservices import campaigns, filings
from clients.teleservices.notifications import Notifier
from clients.teleservices.procedures import CONTACT, PROCEDURES, procedure, read_answers
from clients.teleservices.registration import registration


def create_app(config: Configuration) -> Flask:
    """The Téléservices' WSGI application, with the thread that sends its notifications."""
    app = create_relying_party(
        "teleservices", "Téléservices", config, registration(config.base), filings.TABLES
    )
    app.add_url_rule("/", view_func=home)
    app.add_url_rule("/contact", view_func=contact, methods=["GET", "POST"])
    app.add_url_rule("/<code>/<child>", view_func=filing, methods=["GET", "POST"])
    app.jinja_env.filters["day_of"] = french_dates.day_of
    notifier = Notifier(app.extensions["store"], config)
    app.extensions["notifier"] = notifier
    notifier.start()
    return app


def home() -> str:
    """Every procedure that is open or has been answered, and when the others open."""
    someone = visitor()
    if someone is None:
        return render_template("teleservices/entry.html", closed=session_was_closed())
    children = filings.children_of(someone)
    offered = []
    for offer in PROCEDURES:
        rows = [(child, filings.find(store(), offer, child["sub"], someone)) for child in children]
        if _is_open(offer.code) or any(stored for _, stored in rows):
            offered.append((offer, _is_open(offer.code), rows))
    calendar = [
        (campaign, campaign.state(french_dates.today(), configuration().open_now))
        for campaign in campaigns.CAMPAIGNS
    ]
    return render_template(
        "teleservices/home.html", offered=offered, contact_open=_is_open("fiche"), calendar=calendar
    )


@logged_in
def filing(someone: Visitor, code: str, child: str) -> str | Response:
    """Fill in, read again, correct. What the other guardian has entered, or is out of season, can only be read."""
    procedure_of_code = procedure(code)
    about = next((pupil for pupil in filings.children_of(someone) if pupil["sub"] == child), None)
    if procedure_of_code is None or about is None:
        raise NotFound
    stored = filings.find(store(), procedure_of_code, child, someone)
    if stored is None and not _is_open(code):
        raise NotFound
    belongs_to_other = stored is not None and stored.author != someone.sub
    read_only = belongs_to_other or not _is_open(code)
    answers, faults = dict(stored.answers) if stored else {}, dict[str, str]()
    if request.method == "POST":
        answers, faults = read_answers(procedure_of_code.fields, request.form)
        if faults and not read_only:
            return drafts.refused(someone)
        drafts.saved(someone)
        if not read_only and filings.keep(store(), procedure_of_code, child, someone, answers, now()):
            flash("C’est enregistré. Vous pouvez relire ou corriger vos réponses ici.")
        return redirect(url_for("filing", code=code, child=child), 303)
    unsaved = None if read_only else drafts.unsaved(someone)
    if unsaved is not None:
        answers, faults = read_answers(procedure_of_code.fields, unsaved)
    page = {
        "unsaved": unsaved is not None,
        "procedure": procedure_of_code,
        "child": about,
        "kept": stored,
        "answers": answers,
        "faults": faults,
    }
    return render_template(
        "teleservices/filing.html", **page, read_only=read_only, belongs_to_other=belongs_to_other
    )


@logged_in
def contact(someone: Visitor) -> str | Response:
    """The contact details; the school is notified of each change."""
    if not _is_open("fiche"):
        raise NotFound
    answers, faults = filings.contact_of(store(), someone), dict[str, str]()
    if request.method == "POST":
        answers, faults = read_answers(CONTACT, request.form)
        if faults:
            return drafts.refused(someone)
        drafts.saved(someone)
        changed = filings.change_contact(store(), someone, answers, now())
        flash(
            "C’est enregistré. L’établissement est prévenu de ce qui a changé."
            if changed
            else "Rien n’a changé : ces coordonnées étaient déjà enregistrées."
        )
        return redirect(url_for("contact"), 303)
    unsaved = drafts.unsaved(someone)
    if unsaved is not None:
        answers, faults = read_answers(CONTACT, unsaved)
    return render_template(
        "teleservices/contact.html",
        fields=CONTACT,
        answers=answers,
        faults=faults,
        unsaved=unsaved is not None,
    )


def _is_open(code: str) -> bool:
    return campaigns.is_open(code, french_dates.today(), configuration().open_now)
