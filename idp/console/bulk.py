"""Acts on many people at once, as a job: some at a time, with a report of the accounts done and passed over."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from idp import deferred
from idp.accounts.close import close_in
from idp.accounts.lock import unlock_in
from idp.accounts.reset import reset_in
from idp.accounts.rules.reasons import check_reason
from idp.console import people
from idp.console.rules.rights import Act
from idp.database.engine import Connection, transaction
from idp.jobs import queue
from idp.jobs.queue import Job, Progress
from idp.letters import issue
from idp.letters.faces import Paper, second_language
from idp.letters.issue import Letter
from idp.people import offices
from idp.people.storage import accounts
from idp.refusals import N_, Refusal
from idp.refusals.console import FIELD_UNUSABLE
from idp.runtime.context import settings

if TYPE_CHECKING:
    from idp.letters import pdf
else:
    pdf = deferred.module("idp.letters.pdf")

KIND = "people.bulk"
A_STEP = 50
ACTS: dict[str, Act] = {"unlock": Act.UNLOCK, "reset": Act.RESET, "close": Act.CLOSE}
"""Acts on many people, and the right that each needs. Letters and renewal have their own pages."""


def ask(school: int, act: str, chosen: Sequence[int], reason: str, actor: str, now: int) -> int:
    """Ask for `act` on these accounts; the job. Raises Refusal K08."""
    if act not in ACTS or not chosen:
        raise Refusal(FIELD_UNUSABLE, "no act, or nobody", field=N_("personnes"))
    if act == "close":
        check_reason(reason)
    payload = {"act": act, "accounts": list(chosen), "reason": reason[:500]}
    with transaction() as tx:
        return queue.ask(tx, KIND, payload, actor, now, school, total=len(chosen))


def run(job: Job, now: int) -> Progress:
    """Some accounts in one transaction. A new password is printed in the step that sets it."""
    start = job.position.get("next", 0)
    chosen = job.payload["accounts"][start : start + A_STEP]
    done = 0
    printed: list[Letter] = []
    with transaction() as tx:
        for account in chosen:
            letter = _do(tx, job, account, now)
            done += letter is not False
            if isinstance(letter, Letter):
                printed.append(letter)
        if printed:
            languages = settings().service.languages
            paper = Paper(languages[0], back=second_language(languages[0]))
            content = pdf.letters_pdf(printed, offices.of_school(job.school), issue.expiry(now), paper)
            expires = now + settings().console.files_kept
            queue.keep_file(tx, job.id, f"courriers-{start // A_STEP + 1}.pdf", pdf.MIME, content, expires)
        report = {
            "act": job.payload["act"],
            "done": job.report.get("done", 0) + done,
            "passed_over": job.report.get("passed_over", 0) + len(chosen) - done,
        }
        over = start + A_STEP >= len(job.payload["accounts"])
        progress = Progress({"next": start + A_STEP}, job.done + len(chosen), job.total, report, over)
        return queue.advance(tx, job, progress, now)


def _do(tx: Connection, job: Job, number: int, now: int) -> Letter | bool:
    """False if the state of the account `number` no longer allows the act."""
    account = accounts.by_id(tx, number)
    if account is None or job.payload["act"] not in people.acts_for(account):
        return False
    if job.payload["act"] == "unlock":
        unlock_in(tx, account, job.asked_by, now)
        return True
    if job.payload["act"] == "close":
        return close_in(tx, account, job.asked_by, now, reason=job.payload["reason"])
    try:
        password = reset_in(tx, account, job.asked_by, now)
    except Refusal:
        return False
    return issue.letter_in(tx, account.id, password, job.school)
