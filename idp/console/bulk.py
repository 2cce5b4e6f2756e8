"""Acts on many people at once, as a job: some at a time, with a report of what was done and what was passed over."""

from collections.abc import Sequence
from typing import Any

from idp.console import people
from idp.console.rules.rights import Act
from idp.context import settings
from idp.database import transaction
from idp.jobs import queue
from idp.jobs.queue import Job, Progress
from idp.people import letters
from idp.people.letter_pdf import MIME, letters_pdf
from idp.people.letters import Letter
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.signin import locking

KIND = "people.bulk"
A_STEP = 50
ACTS: dict[str, Act] = {"unlock": Act.UNLOCK, "reset": Act.RESET, "close": Act.CLOSE}
"""What may be done to many, and the right that it needs. Letters and renewal have pages of their own."""


def ask(school: int, act: str, chosen: Sequence[int], reason: str, actor: str, now: int) -> int:
    """Ask for `act` on these accounts; the job. Raises Refusal K08."""
    if act not in ACTS or not chosen:
        raise Refusal("K08", "no act, or nobody", field="personnes")
    if act == "close":
        people.needs_reason(reason)
    payload = {"act": act, "accounts": list(chosen), "reason": reason[:500]}
    with transaction() as tx:
        return queue.ask(tx, KIND, payload, actor, now, school, total=len(chosen))


def run(job: Job, now: int) -> Progress:
    """Some accounts in one transaction. A new password is printed in the same step, or is not given."""
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
            content = letters_pdf(
                printed, settings().service.name, letters.expiry(now), settings().service.languages[0]
            )
            expires = now + settings().console.files_kept
            queue.keep_file(tx, job.id, f"courriers-{start // A_STEP + 1}.pdf", MIME, content, expires)
        report = {
            "act": job.payload["act"],
            "done": job.report.get("done", 0) + done,
            "passed_over": job.report.get("passed_over", 0) + len(chosen) - done,
        }
        over = start + A_STEP >= len(job.payload["accounts"])
        progress = Progress({"next": start + A_STEP}, job.done + len(chosen), job.total, report, over)
        return queue.advance(tx, job, progress, now)


def _do(tx: Any, job: Job, account: int, now: int) -> Letter | bool:
    """False if the account's state does not allow it by now."""
    one = accounts.by_id(tx, account)
    if one is None or job.payload["act"] not in people.acts_for(one):
        return False
    if job.payload["act"] == "unlock":
        locking.unlock_in(tx, one, job.asked_by, now)
        return True
    if job.payload["act"] == "close":
        try:
            people.close_in(tx, one, job.payload["reason"], job.asked_by, now)
        except Refusal:
            return False
        return True
    password = people.reset_in(tx, one, job.asked_by, now)
    return Letter(one.id, one.kind, one.first_name, one.family_name, one.username, password)
