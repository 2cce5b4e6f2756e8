"""The pages of one procedure for one child: what it is, its steps, reading it again, and its state."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from clients import dates, drafts
from clients.relying_party import configuration, logged_in, now, store
from clients.store import Visitor
from clients.teleservices import campaigns, filings
from clients.teleservices.procedures import PROCEDURES, Procedure, procedure, read_answers


@dataclass(frozen=True)
class Case:
    """One procedure for one child, as one guardian sees it. `begun`: answers that are not sent yet."""

    procedure: Procedure
    child: dict[str, Any]
    filing: filings.Filing | None
    begun: dict[str, str]
    is_open: bool
    is_of_other: bool

    @property
    def read_only(self) -> bool:
        """The other guardian's, or out of season."""
        return self.is_of_other or not self.is_open

    @property
    def answers(self) -> dict[str, str]:
        return self.begun or (self.filing.answers if self.filing else {})

    @property
    def campaign(self) -> campaigns.Campaign:
        return campaigns.campaign(self.procedure.code)

    @property
    def step_names(self) -> list[str]:
        """In the page's language; the last step reads the answers again."""
        return [*(_(each.name) for each in self.procedure.steps), _("Relire et envoyer")]

    def address(self, page: str = "filing", **values: Any) -> str:
        return url_for(page, code=self.procedure.code, child=self.child["sub"], **values)


def add_to(app: Flask) -> None:
    """Join the routes to the application."""
    app.add_url_rule("/<code>/<child>", view_func=filing)
    app.add_url_rule("/<code>/<child>/<int:number>", view_func=step, methods=["GET", "POST"])
    app.add_url_rule("/<code>/<child>/check", view_func=check, methods=["GET", "POST"])


def is_open(code: str) -> bool:
    """Whether the campaign `code` takes answers today."""
    return campaigns.is_open(code, dates.today(), configuration().open_now)


def offers(child: dict[str, Any], someone: Visitor) -> list[Case]:
    """The procedures for a child that are open, or have been answered."""
    cases = [_case_of(each, child, someone) for each in PROCEDURES]
    return [case for case in cases if case.is_open or case.filing]


@logged_in
def filing(someone: Visitor, code: str, child: str) -> str:
    """Before it is sent: what it asks for. Afterwards: its answers and its state."""
    case = _case(someone, code, child)
    template = "teleservices/filing.html" if case.filing else "teleservices/beginning.html"
    return render_template(template, case=case)


@logged_in
def step(someone: Visitor, code: str, child: str, number: int) -> str | Response:
    """The questions of one step. What the other guardian has entered, or is out of season, can only be read."""
    case = _case(someone, code, child)
    if not 1 <= number <= len(case.procedure.steps):
        raise NotFound
    if case.read_only:
        return redirect(case.address(), 303)
    fields = case.procedure.steps[number - 1].fields
    answers, faults = case.answers, dict[str, str]()
    if request.method == "POST":
        answers, faults = read_answers(fields, request.form)
        if faults:
            return drafts.refused(someone)
        drafts.saved(someone)
        filings.keep_step(store(), case.procedure, child, someone, answers, now())
        is_last = number == len(case.procedure.steps)
        return redirect(case.address("check") if is_last else case.address("step", number=number + 1), 303)
    unsaved = drafts.unsaved(someone)
    if unsaved is not None:
        answers, faults = read_answers(fields, unsaved)
    page = {"number": number, "answers": answers, "faults": faults, "unsaved": unsaved is not None}
    return render_template("teleservices/step.html", case=case, **page)


@logged_in
def check(someone: Visitor, code: str, child: str) -> str | Response:
    """All answers once more, then they are sent."""
    case = _case(someone, code, child)
    if case.read_only:
        return redirect(case.address(), 303)
    for number, each in enumerate(case.procedure.steps, 1):
        if read_answers(each.fields, case.answers)[1]:
            return redirect(case.address("step", number=number), 303)
    if request.method == "POST":
        if filings.keep(store(), case.procedure, child, someone, case.answers, now()):
            flash(_("C’est enregistré. Vous pouvez relire ou corriger vos réponses ici."))
        return redirect(case.address(), 303)
    return render_template("teleservices/check.html", case=case)


def _case(someone: Visitor, code: str, child: str) -> Case:
    """Raises NotFound for the child of others, an unknown procedure, and one that is closed and not answered."""
    wanted = procedure(code)
    about = next((pupil for pupil in filings.children_of(someone) if pupil["sub"] == child), None)
    if wanted is None or about is None:
        raise NotFound
    case = _case_of(wanted, about, someone)
    if case.filing is None and not case.is_open:
        raise NotFound
    return case


def _case_of(wanted: Procedure, child: dict[str, Any], someone: Visitor) -> Case:
    stored = filings.find(store(), wanted, child["sub"], someone)
    begun = filings.unfinished(store(), wanted, child["sub"], someone)
    of_other = stored is not None and stored.author != someone.sub
    return Case(wanted, child, stored, {} if of_other else begun, is_open(wanted.code), of_other)
