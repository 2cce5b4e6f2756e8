"""The worker as a process: it delivers, stops at a signal, and loses nothing when it is killed."""

import os
import signal
import time

from sqlalchemy import update

from idp.database.engine import reading, transaction
from idp.messages.storage.outbox import OutboxMessage
from tests.actors.due_messages import due
from tests.actors.world import World
from tests.conftest import Clock
from tests.operations.installation import INTERPRETER, Installation, PostOffice, alive, eventually


def test_a_worker_delivers_what_waits_and_what_comes(
    installation: Installation, post_office: PostOffice
) -> None:
    installation.post_mail()
    with installation.running("worker", program=INTERPRETER):
        eventually(lambda: len(post_office.taken) == 1)
        installation.post_mail("paul@example.org")
        eventually(lambda: len(post_office.taken) == 2)
    assert b"paul@example.org" in post_office.taken[1]


def test_two_workers_deliver_each_mail_once(installation: Installation, post_office: PostOffice) -> None:
    for number in range(20):
        installation.post_mail(f"parent{number}@example.org")
    with installation.running("worker"), installation.running("worker"):
        eventually(lambda: undelivered(installation) == 0)
    assert len(post_office.taken) == 20


def test_a_worker_killed_in_the_middle_of_a_delivery_loses_nothing(
    installation: Installation, post_office: PostOffice
) -> None:
    installation.post_mail()
    post_office.may_answer.clear()
    with installation.running("worker") as worker:
        assert post_office.asked.wait(20)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    post_office.may_answer.set()
    assert undelivered(installation) == 1
    let_the_claim_end(installation)
    before = len(post_office.taken)
    with installation.running("worker"):
        eventually(lambda: undelivered(installation) == 0)
    assert len(post_office.taken) == before + 1
    assert (
        len(
            {line for raw in post_office.taken for line in raw.splitlines() if line.startswith(b"Message-ID")}
        )
        == 1
    )


def test_a_worker_stop_requested_ends_at_once_even_while_a_server_keeps_it_waiting(
    installation: Installation, post_office: PostOffice
) -> None:
    installation.post_mail()
    post_office.may_answer.clear()
    with installation.running("worker") as worker:
        assert post_office.asked.wait(20)
        began = time.monotonic()
        worker.terminate()
        assert worker.wait(10) == 0
        assert time.monotonic() - began < 5
    post_office.may_answer.set()
    assert undelivered(installation) == 1


def test_a_worker_ends_with_the_server_that_started_it(installation: Installation) -> None:
    with installation.running("serve") as server:
        worker = eventually(lambda: pid_of_the_worker(server.pid))
        os.kill(server.pid, signal.SIGKILL)
        eventually(lambda: not alive(worker))


def test_a_worker_that_is_killed_is_replaced_by_its_server(
    installation: Installation, post_office: PostOffice
) -> None:
    with installation.running("serve") as server:
        first = eventually(lambda: pid_of_the_worker(server.pid))
        os.kill(first, signal.SIGKILL)
        installation.post_mail()
        eventually(lambda: post_office.taken)
        assert pid_of_the_worker(server.pid) != first


def undelivered(installation: Installation) -> int:
    with installation.inside():
        rows = reading().execute(OutboxMessage.__table__.select()).mappings().all()
    return sum(row["delivered_at"] is None for row in rows)


def let_the_claim_end(installation: Installation) -> None:
    with installation.inside(), transaction() as tx:
        tx.execute(update(OutboxMessage).values(next_attempt_at=0))


def pid_of_the_worker(server: int) -> int | None:
    from pathlib import Path

    from tests.operations.installation import descendants

    for pid in descendants(server):
        if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None


def test_what_was_delivered_is_forgotten_in_time_and_what_was_given_up_is_seen(
    world: World, clock: Clock
) -> None:
    from idp.messages.storage import outbox

    def post(**values: int) -> None:
        with transaction() as tx:
            outbox.post(tx, "mail", {"to": "a@example.org"}, clock())
            (message,) = due(clock())
            claimed = outbox.claim(tx, message, clock())
            assert claimed is not None
            if values:
                outbox.refused(tx, claimed, "550 no such mailbox", clock(), final=True)
            else:
                outbox.delivered(tx, [message], clock())

    post()
    post(lost=1)
    assert outbox.given_up(reading(), clock() - 1) == [("mail", "550 no such mailbox")]
    gone = []
    for seconds in (86400, 1, 89 * 86400):
        clock.advance(seconds)
        with transaction() as tx:
            gone.append(outbox.purge(tx, clock()))
    assert gone == [0, 1, 1]
