"""Letters of a school as a job, class by class: on paper (a PDF a class), as a table for mail merge, or by mail."""

from typing import TYPE_CHECKING, Any

from idp import deferred
from idp.console.rules.rights import Reach
from idp.database.engine import reading, transaction
from idp.jobs import queue
from idp.jobs.queue import Job, Progress
from idp.letters import csv_file, issue
from idp.letters.faces import Paper
from idp.letters.issue import Letter
from idp.letters.rules import runs, sheets
from idp.letters.rules.runs import ClassLetters, ClassMember, LetterChoice
from idp.letters.storage import letters as storage
from idp.people import offices
from idp.people.rules.names import plain
from idp.people.storage import accounts
from idp.recovery import activation_links
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE, STATE_CHANGED
from idp.runtime.context import settings

if TYPE_CHECKING:
    from idp.letters import pdf
else:
    pdf = deferred.module("idp.letters.pdf")

KIND = "letters"
PAPERS = {"pdf": sheets.POST, "class": sheets.CLASS, "pair": sheets.PAIR}
"""Forms on paper: a page for the post, a page to hand out, two a page to hand out."""

FORMS = (*PAPERS, "csv", "mail")


def members(school: int, reach: Reach) -> list[ClassMember]:
    """The families of a school within `reach`, a line for each class of a person."""
    return [
        member
        for member in storage.families(reading(), school)
        if member.kind in reach.kinds and (reach.classes is None or member.class_code in reach.classes)
    ]


def plan(school: int, reach: Reach, choice: LetterChoice, language: str, now: int) -> list[ClassLetters]:
    """The letters that a run would print, by class. Raises Refusal K08 (an empty choice, or nobody to write to)."""
    if choice.form not in FORMS or language not in settings().service.languages or not choice.kinds:
        raise Refusal(FIELD_UNUSABLE, "form, language or kind is missing", field=N_("courriers"))
    classes = runs.plan(members(school, reach), choice, now)
    if not any(group.accounts for group in classes):
        raise Refusal(FIELD_UNUSABLE, "nobody to write to", field=N_("classes"))
    return classes


def ask(
    school: int,
    reach: Reach,
    choice: LetterChoice,
    language: str,
    actor: str,
    now: int,
    agreed: int | None = None,
    back: str | None = None,
) -> int:
    """Ask for the letters of a choice; the job.

    `back`: the language of the other side of paper, which stays blank if it is that of the front; `agreed`: the number of letters that the page showed. Raises Refusal K08 (as `plan`), K03 (the number has changed).
    """
    groups = [
        [group.code, list(group.accounts)]
        for group in plan(school, reach, choice, language, now)
        if group.accounts
    ]
    if back is not None and back not in settings().service.languages:
        raise Refusal(FIELD_UNUSABLE, "the language of the back is not offered", field=N_("courriers"))
    total = sum(len(accounts) for _, accounts in groups)
    if agreed is not None and agreed != total:
        raise Refusal(STATE_CHANGED, f"{agreed} letters were agreed to, there are {total}")
    # A letter printed after this moment expires at `ends` or later: the run does not replace it.
    ends = issue.expiry(now) if choice.again else now
    payload = {"groups": groups, "form": choice.form, "language": language, "ends": ends}
    payload["back"] = None if back == language else back
    with transaction() as tx:
        return queue.ask(tx, KIND, payload, actor, now, school, total=total)


def run(job: Job, now: int) -> Progress:
    """One class a step. Its passwords become valid in the transaction that stores its PDF."""
    number = job.position.get("group", 0)
    groups = job.payload["groups"]
    if job.payload["form"] == "csv":
        groups = [["", [account for _, people in groups for account in people]]]
    code, people = groups[number]
    last = number + 1 == len(groups)
    if job.payload["form"] == "mail":
        return _mailed(job, number, people, last, now)
    written = issue.draft_letters(people, job.school)
    name, mime, content = _file(job, number, code, written, now)
    with transaction() as tx:
        noted = issue.issue_in(tx, written, now, job.asked_by, job.payload.get("ends"))
        if len(noted) != len(written):
            # These people have chosen a password meanwhile, or have a newer letter: the password of this page is not valid.
            content = _file(
                job, number, code, [letter for letter in written if letter.account in noted], now
            )[2]
        if noted:
            queue.keep_file(tx, job.id, name, mime, content, now + settings().console.files_kept)
        return queue.advance(tx, job, _progress(job, number, len(people), len(noted), last), now)


def _file(job: Job, number: int, code: str, written: list[Letter], now: int) -> tuple[str, str, bytes]:
    if job.payload["form"] == "csv":
        return "courriers.csv", csv_file.MIME, csv_file.letters_csv(written)
    paper = Paper(job.payload["language"], PAPERS[job.payload["form"]], job.payload.get("back"), code or None)
    name = f"courriers-{plain(code) or 'sans-classe'}-{number + 1}.pdf"
    content = pdf.letters_pdf(written, offices.of_school(job.school), issue.expiry(now), paper)
    return name, pdf.MIME, content


def _mailed(job: Job, number: int, people: list[int], last: bool, now: int) -> Progress:
    addresses = {account: mail for account, mail in storage.contact_mails(reading(), people)}
    sent = 0
    with transaction() as tx:
        for account in people:
            facts, address = accounts.by_id(tx, account), addresses.get(account)
            ends = job.payload.get("ends")
            if facts and address and issue.await_link_in(tx, account, now, job.asked_by, ends):
                activation_links.send_in(tx, facts, address, job.payload["language"], now)
                sent += 1
        return queue.advance(tx, job, _progress(job, number, len(people), sent, last), now)


def _progress(job: Job, number: int, people: int, written: int, last: bool) -> Progress:
    report: dict[str, Any] = {
        "form": job.payload["form"],
        "written": job.report.get("written", 0) + written,
        "passed_over": job.report.get("passed_over", 0) + people - written,
    }
    return Progress({"group": number + 1}, job.done + people, job.total, report, over=last)
