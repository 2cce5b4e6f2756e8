"""One connection to the mail server serves many mails: opened again when it was dropped, clean after a refusal, cut when it drips."""

from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from idp.database.engine import reading, transaction
from idp.messages.rules import retries
from idp.messages.smtp import SmtpConnection
from idp.messages.storage import destinations, outbox
from idp.settings import Mail
from idp.worker import deliveries
from idp.worker.deliveries import OpenConnections, deliver_batch, deliver_try
from tests.actors.notice_receiver import NEVER
from tests.conftest import NOON, Clock
from tests.operations.installation import Installation, PostOffice
from tests.outgoing.conftest import Drip, dripping

__all__ = ["dripping"]


@pytest.fixture
def connection() -> Iterator[SmtpConnection]:
    made = SmtpConnection()
    yield made
    made.close()


def mail(to: str = "claire@example.org") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "school@example.org", to, "x"
    message.set_content("x")
    return message


def settings(office: PostOffice, timeout: float = 10.0) -> Mail:
    return Mail(host="127.0.0.1", port=office.port, timeout=timeout)


def connections_of(office: PostOffice) -> int:
    return len({id(session) for session in office.sessions})


def test_many_mails_take_one_connection(post_office: PostOffice, connection: SmtpConnection) -> None:
    for number in range(5):
        connection.send(settings(post_office), mail(f"parent{number}@example.org"))
    assert len(post_office.taken) == 5 and connections_of(post_office) == 1


def test_a_refused_mail_leaves_nothing_in_the_next(
    post_office: PostOffice, connection: SmtpConnection
) -> None:
    connection.send(settings(post_office), mail("a@example.org"))
    post_office.answers = ["550 no such user"]
    with pytest.raises(OSError, match="550"):
        connection.send(settings(post_office), mail("b@example.org"))
    connection.send(settings(post_office), mail("c@example.org"))
    assert post_office.recipients == ["a@example.org", "c@example.org"]
    assert connections_of(post_office) == 1, "RSET was enough"


def test_a_connection_that_was_dropped_meanwhile_is_opened_again(
    post_office: PostOffice, connection: SmtpConnection
) -> None:
    connection.send(settings(post_office), mail())
    post_office.close()
    post_office.open()
    connection.send(settings(post_office), mail())
    assert connections_of(post_office) == 2


@pytest.mark.parametrize("drops", [1, 2])
def test_a_connection_that_is_dropped_in_the_middle_is_replaced_once(
    post_office: PostOffice, connection: SmtpConnection, drops: int
) -> None:
    connection.send(settings(post_office), mail())
    post_office.drops = drops
    if drops == 1:
        connection.send(settings(post_office), mail())
    else:
        with pytest.raises(OSError):
            connection.send(settings(post_office), mail())
    assert post_office.drops == 0 and len(post_office.taken) == (2 if drops == 1 else 1)
    connection.send(settings(post_office), mail())


def test_an_idle_connection_is_closed(post_office: PostOffice, connection: SmtpConnection) -> None:
    connection.send(settings(post_office), mail())
    connection.close(unused_since=0.0)
    connection.send(settings(post_office), mail())
    assert connections_of(post_office) == 1, "it was in use"
    connection.close(unused_since=float("inf"))
    connection.send(settings(post_office), mail())
    assert connections_of(post_office) == 2


@pytest.mark.parametrize("start", [b"", b"220-"])
def test_a_server_that_is_silent_or_drips_is_left(
    connection: SmtpConnection, dripping: Drip, start: bytes
) -> None:
    server = dripping(start, b"x" if start else b"")
    with pytest.raises(OSError):
        connection.send(Mail(host="127.0.0.1", port=server.port, timeout=0.1), mail())
    assert server.was_left()


def test_mails_wait_while_their_server_is_away_and_leave_on_one_connection(
    installation: Installation, post_office: PostOffice
) -> None:
    post_office.close()
    for number in range(5):
        installation.post_mail(f"parent{number}@example.org")
    clock, connections = Clock(NOON), OpenConnections()
    with installation.inside():
        deliver_batch("mail", connections, clock, NEVER)
        (failing,) = destinations.failing(reading())
        assert failing.waiting == 5 and "refused" in failing.last_error
        post_office.open()
        clock.advance(retries.pause_after(1))
        assert deliver_try("mail", connections, clock)
        deliver_batch("mail", connections, clock, NEVER)
        connections.close()
    assert len(post_office.taken) == 5 and connections_of(post_office) == 1


def test_a_message_of_a_broken_template_holds_up_no_mail(
    installation: Installation, post_office: PostOffice
) -> None:
    connections = OpenConnections()
    with installation.inside(), transaction() as tx:
        outbox.post(
            tx, "mail", {"to": "a@example.org", "template": "none", "language": "fr", "facts": {}}, NOON
        )
    installation.post_mail()
    with installation.inside():
        deliver_batch("mail", connections, Clock(NOON), NEVER)
        connections.close()
        assert destinations.failing(reading()) == []
    assert len(post_office.taken) == 1 and deliveries.A_BATCH > 1
