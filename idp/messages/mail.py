"""Mail: an outbox message → RFC 5322 text → SMTP.

The payload is {"to", "template", "language", "facts"}; templates/mail/<template>.txt, whose first line is `Subject: …`,
and <template>.html are the two parts.
"""

import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from flask import render_template

from idp.languages import tag_of
from idp.messages.delivery import DeliveryCode, DeliveryFault, DestinationFails, RefusedForGood
from idp.messages.smtp import SERVICE_CLOSES, SmtpConnection
from idp.messages.storage.outbox import Claimed
from idp.runtime.context import settings
from idp.web.languages import in_language

_SUBJECT = "Subject:"


def deliver(claimed: Claimed, now: int, connection: SmtpConnection) -> None:
    """Send a mail.

    Raises RefusedForGood for a recipient refused with 5xx, and for a non-ASCII address if the server does not offer SMTPUTF8
    (RFC 6531 §3.2); DeliveryFault for a recipient or content refused for now; DestinationFails for all else of the server.
    """
    message = compose(claimed, now)
    try:
        connection.send(settings().mail, message)
    except smtplib.SMTPNotSupportedError as fault:
        if not _needs_smtputf8(fault):
            raise DestinationFails(DeliveryCode.NO_ANSWER, _named(fault)) from None
        raise RefusedForGood(DeliveryCode.NO_SMTPUTF8) from None
    except smtplib.SMTPRecipientsRefused as refusal:
        code, text = next(iter(refusal.recipients.values()))
        if code == SERVICE_CLOSES:
            raise DestinationFails(DeliveryCode.NO_ANSWER, _named(refusal)) from None
        kind = RefusedForGood if 500 <= code < 600 else DeliveryFault
        raise kind(DeliveryCode.ADDRESS_REFUSED, f"{code} {text.decode(errors='replace')}") from None
    except smtplib.SMTPDataError as refusal:
        if refusal.smtp_code == SERVICE_CLOSES:
            raise DestinationFails(DeliveryCode.NO_ANSWER, _named(refusal)) from None
        raise DeliveryFault(DeliveryCode.NO_ANSWER, _named(refusal)) from None
    except OSError as fault:
        raise DestinationFails(DeliveryCode.NO_ANSWER, _named(fault)) from fault


def _named(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"


def _needs_smtputf8(fault: smtplib.SMTPNotSupportedError) -> bool:
    """smtplib raises the same for a server without STARTTLS or AUTH, which is no matter of the address."""
    return "SMTPUTF8" in str(fault)


def compose(claimed: Claimed, now: int) -> EmailMessage:
    """The mail to send. The Message-ID derives from the outbox row, so that a repeated delivery can be recognised."""
    payload = claimed.payload
    with in_language(payload["language"]):
        text = render_template(f"mail/{payload['template']}.txt", **payload["facts"])
        html = render_template(f"mail/{payload['template']}.html", **payload["facts"])
    first, _, body = text.lstrip().partition("\n")
    if not first.startswith(_SUBJECT):
        raise ValueError(f"mail/{payload['template']}.txt does not begin with {_SUBJECT}")
    message = EmailMessage()
    message["From"] = settings().mail.sender
    message["To"] = payload["to"]
    message["Subject"] = first.removeprefix(_SUBJECT).strip()
    message["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    message["Message-ID"] = (
        f"<{claimed.created_at}.{claimed.id}@{urlsplit(settings().server.issuer).hostname}>"
    )
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip() + "\n")
    message.add_alternative(html, subtype="html")
    # Set last: adding the parts would move a Content-* header into the first part.
    message["Content-Language"] = tag_of(payload["language"])
    return message
