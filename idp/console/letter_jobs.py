"""Letters of a school as a job, class by class: on paper (a PDF a class), as a table for mail merge, or by mail."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from idp.console.rules.rights import Reach
from idp.console.storage import rights
from idp.context import settings
from idp.database import reading, transaction
from idp.jobs import queue
from idp.jobs.queue import Job, Progress
from idp.people import letter_csv, letter_pdf, letters
from idp.people.rules.credentials import plain
from idp.people.storage import accounts
from idp.people.storage import letters as storage
from idp.recovery import activation_links
from idp.refusals import Refusal

KIND = "letters"
FORMS = ("pdf", "csv", "mail")
WITHOUT_CLASS = ""


def waiting(
    school: int, reach: Reach, now: int, again: bool = False
) -> dict[str, list[tuple[int, str, str | None]]]:
    """Class → (account, kind, contact mail) of who may have a letter, within `reach`."""
    found: dict[str, list[tuple[int, str, str | None]]] = defaultdict(list)
    for account, kind, code, mail in storage.waiting_by_class(reading(), school, now, again):
        if kind in reach.kinds and (reach.classes is None or code in reach.classes):
            found[code or WITHOUT_CLASS].append((account, kind, mail))
    return dict(sorted(found.items()))


def ask(
    school: int,
    reach: Reach,
    kinds: Sequence[str],
    classes: Sequence[str],
    form: str,
    language: str,
    again: bool,
    actor: str,
    now: int,
) -> int:
    """Ask for the letters of these kinds and classes (none named: all); the job. Raises Refusal K08 (nobody to write to)."""
    if form not in FORMS or language not in settings().service.languages or not kinds:
        raise Refusal("K08", "form, language or kind is missing", field="courriers")
    chosen = [
        [code, [account for account, kind, mail in people if kind in kinds and (form != "mail" or mail)]]
        for code, people in waiting(school, reach, now, again).items()
        if not classes or code in classes
    ]
    groups = [group for group in chosen if group[1]]
    if not groups:
        raise Refusal("K08", "nobody to write to", field="classes")
    payload = {"groups": groups, "form": form, "language": language}
    with transaction() as tx:
        return queue.ask(tx, KIND, payload, actor, now, school, total=sum(len(group[1]) for group in groups))


def run(job: Job, now: int) -> Progress:
    """One class a step: its passwords begin to open accounts in the transaction that keeps its PDF."""
    number = job.position.get("group", 0)
    groups = job.payload["groups"]
    if job.payload["form"] == "csv":
        groups = [["", [account for _, people in groups for account in people]]]
    code, people = groups[number]
    last = number + 1 == len(groups)
    if job.payload["form"] == "mail":
        return _mailed(job, number, people, last, now)
    row = rights.school_by_id(reading(), job.school or 0)
    school = row.name if row else ""
    written = letters.written(people)
    expires = letters.expiry(now)
    if job.payload["form"] == "csv":
        name, mime, content = "courriers.csv", letter_csv.MIME, letter_csv.letters_csv(written)
    else:
        name, mime = f"courriers-{plain(code) or 'sans-classe'}-{number + 1}.pdf", letter_pdf.MIME
        content = letter_pdf.letters_pdf(written, school, expires, job.payload["language"])
    with transaction() as tx:
        kept = letters.note_in(tx, written, now, job.asked_by)
        if written:
            queue.keep_file(tx, job.id, name, mime, content, now + settings().console.files_kept)
        return queue.advance(tx, job, _progress(job, number, len(people), len(kept), last), now)


def _mailed(job: Job, number: int, people: list[int], last: bool, now: int) -> Progress:
    addresses = {account: mail for account, mail in storage.contact_mails(reading(), people)}
    sent = 0
    with transaction() as tx:
        for account in people:
            facts, address = accounts.by_id(tx, account), addresses.get(account)
            if facts and address and letters.await_link_in(tx, account, now, job.asked_by):
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
