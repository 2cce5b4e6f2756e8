"""Mail as it leaves: two parts, a Message-ID of its own, and what a refusal means."""

import email
import smtplib
from email.message import EmailMessage
from email.policy import default

import pytest

from idp.database.engine import reading, transaction
from idp.messages import mail, smtp
from idp.messages.delivery import DeliveryCode
from idp.messages.storage import outbox
from idp.messages.storage.outbox import OutboxMessage
from idp.worker.deliveries import deliver
from tests.actors.due_messages import due
from tests.conftest import NOON
from tests.operations.installation import Installation, PostOffice


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def claimed(**facts: object) -> outbox.Claimed:
    values = {
        "name": "Claire",
        "link": "https://idp.example/mail/abc",
        "code": "123456",
        "hours": 24,
        **facts,
    }
    payload = {"to": "claire@example.org", "template": "confirm_mail", "language": "fr", "facts": values}
    return outbox.Claimed(7, "mail", payload, NOON, 1)


def test_a_mail_bears_link_and_code_in_both_of_its_parts(installation: Installation) -> None:
    with installation.inside():
        message = mail.compose(claimed(), NOON)
    assert message["To"] == "claire@example.org" and message["Subject"]
    assert message["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        assert "https://idp.example/mail/abc" in part.get_content() and "123456" in part.get_content()


def test_a_name_cannot_put_markup_into_a_mail(installation: Installation) -> None:
    with installation.inside():
        part = mail.compose(claimed(name="<img src=x>"), NOON).get_body(("html",))
    assert part is not None and "<img src=x>" not in part.get_content()


def test_a_repeated_delivery_bears_the_same_message_id_and_another_message_has_its_own(
    installation: Installation,
) -> None:
    with installation.inside():
        first, again = mail.compose(claimed(), NOON), mail.compose(claimed(), NOON + 120)
        second = mail.compose(outbox.Claimed(8, "mail", claimed().payload, NOON, 1), NOON)
    assert first["Message-ID"] == again["Message-ID"] != second["Message-ID"]
    assert first["Message-ID"].endswith("@localhost>")


def outcome(installation: Installation, now: int = 2_000_000_000) -> tuple[bool, bool, str | None]:
    """Post a mail and deliver it: delivered, given up, what went wrong."""
    installation.post_mail()
    return outcome_of_waiting(installation, now)


def outcome_of_waiting(installation: Installation, now: int = 2_000_000_000) -> tuple[bool, bool, str | None]:
    with installation.inside():
        [message] = due(now)
        deliver(message, now)
        row = reading().execute(OutboxMessage.__table__.select()).mappings().one()
        return row["delivered_at"] is not None, row["given_up_at"] is not None, row["last_error"]


def test_a_mail_arrives_and_its_secrets_leave_the_database(
    installation: Installation, post_office: PostOffice
) -> None:
    assert outcome(installation) == (True, False, None)
    assert read(post_office.taken[0])["To"] == "claire@example.org"
    with installation.inside():
        assert reading().execute(OutboxMessage.__table__.select()).mappings().one()["payload"] == "{}"


def test_a_recipient_who_is_refused_for_good_is_not_tried_again(
    installation: Installation, post_office: PostOffice
) -> None:
    post_office.answers = ["550 no such user"]
    delivered, given_up, error = outcome(installation)
    assert (delivered, given_up) == (False, True) and "550 no such user" in str(error)


def test_a_recipient_who_is_refused_for_now_is_tried_again_later(
    installation: Installation, post_office: PostOffice
) -> None:
    post_office.answers = ["451 later please"]
    delivered, given_up, error = outcome(installation)
    assert (delivered, given_up) == (False, False) and "451" in str(error)


def test_a_mail_server_that_is_away_costs_nothing_but_time(
    installation: Installation, post_office: PostOffice
) -> None:
    post_office.close()
    delivered, given_up, error = outcome(installation)
    post_office.open()
    assert (delivered, given_up) == (False, False) and "refused" in str(error)
    with installation.inside():
        assert deliver(due(2_100_000_000)[0], 2_100_000_000)


def test_a_connection_that_should_be_protected_is_never_used_in_clear(installation: Installation) -> None:
    settings = installation.settings().mail.model_copy(update={"security": "starttls"})
    with installation.inside(), pytest.raises(smtplib.SMTPNotSupportedError):
        smtp.connected(settings)


def test_a_message_of_a_kind_that_nobody_carries_stays_visible(installation: Installation) -> None:
    with installation.inside():
        with transaction() as tx:
            outbox.post(tx, "pigeon", {}, NOON)
        assert not deliver(due(NOON)[0], NOON)
        assert reading().execute(OutboxMessage.__table__.select()).mappings().one()["last_error"]


@pytest.mark.parametrize("smtputf8", [True, False])
def test_an_address_beyond_ascii_leaves_by_smtputf8_and_ends_where_the_server_does_not_offer_it(
    installation: Installation, post_office: PostOffice, smtputf8: bool
) -> None:
    post_office.close()
    post_office.smtputf8 = smtputf8
    post_office.open()
    installation.post_mail("élise@xn--socit-esab.fr")
    delivered, given_up, error = outcome_of_waiting(installation)
    assert (delivered, given_up) == (smtputf8, not smtputf8)
    if smtputf8:
        assert post_office.recipients == ["élise@xn--socit-esab.fr"]
        assert "élise@xn--socit-esab.fr".encode() in post_office.taken[0]
    else:
        assert error == DeliveryCode.NO_SMTPUTF8 and post_office.taken == []


def test_a_domain_beyond_ascii_needs_no_smtputf8(installation: Installation, post_office: PostOffice) -> None:
    post_office.close()
    post_office.smtputf8 = False
    post_office.open()
    installation.post_mail("claire@xn--socit-esab.fr")
    assert outcome_of_waiting(installation) == (True, False, None)
    assert post_office.recipients == ["claire@xn--socit-esab.fr"]
