"""Mail: an outbox message → RFC 5322 text → SMTP.

The payload is {"to", "template", "language", "facts"}, and "account" where the mail is about one; templates/mail/<template>.txt,
whose first line is `Subject: …`, and <template>.html are the two parts. It leaves in the name of the person's school (`Sender`), with
the school's brand at its head. The logo travels in the mail (RFC 2387, RFC 2392): nothing is fetched when it is read.
"""

import re
import smtplib
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from flask import render_template
from flask_babel import gettext

from idp.languages import tag_of
from idp.messages.delivery import DeliveryCode, DeliveryFault, DestinationFails, RefusedForGood
from idp.messages.rules.senders import Sender, from_address
from idp.messages.smtp import SERVICE_CLOSES, SmtpConnection
from idp.messages.storage.outbox import Claimed
from idp.runtime.context import settings
from idp.schools import letterheads
from idp.schools.rules.letterheads import Letterhead
from idp.web.languages import in_language, text_language
from idp.web.typography import NO_BREAK_SPACE

_SUBJECT = "Subject:"
_BLANK_LINES = re.compile(r"\n{3,}")
NOBODY = Sender()
"""No school is known: the service sends."""


def deliver(claimed: Claimed, now: int, connection: SmtpConnection, sender: Sender = NOBODY) -> None:
    """Send a mail in the name of `sender`.

    Raises RefusedForGood for a recipient refused with 5xx, and for a non-ASCII address if the server does not offer SMTPUTF8
    (RFC 6531 §3.2); DeliveryFault for a recipient or content refused for now; DestinationFails for all else of the server.
    """
    message = compose(claimed, now, sender)
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


def compose(claimed: Claimed, now: int, sender: Sender = NOBODY) -> EmailMessage:
    """The mail to send. The Message-ID derives from the outbox row, so that a repeated delivery can be recognised."""
    payload = claimed.payload
    host = urlsplit(settings().server.issuer).hostname
    logo_id = f"logo.{claimed.created_at}.{claimed.id}@{host}"
    head = letterheads.for_mail(sender.school, sender.uai)
    subject, body, html = parts(
        payload["template"], payload["language"], payload["facts"], sender, head, f"cid:{logo_id}"
    )
    message = EmailMessage()
    message["From"] = sender_address(_configured_sender(), sender)
    if _office_answers(sender):
        message["Reply-To"] = sender.mail
    message["To"] = payload["to"]
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    message["Message-ID"] = f"<{claimed.created_at}.{claimed.id}@{host}>"
    # RFC 3834 §5: no holiday notice answers it.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    message.add_alternative(html, subtype="html")
    if head.logo:
        (shown,) = (part for part in message.iter_parts() if part.get_content_type() == "text/html")
        shown.add_related(head.logo.content, "image", "png", cid=f"<{logo_id}>", disposition="inline")
    # Set last: adding the parts would move a Content-* header into the first part.
    message["Content-Language"] = tag_of(payload["language"])
    return message


def parts(
    template: str, language: str, facts: dict[str, Any], sender: Sender, head: Letterhead, logo: str
) -> tuple[str, str, str]:
    """Subject, text and HTML of a mail in `language`. `logo`: the URL of the head's logo."""
    with in_language(language):
        around = {"sender": sender, "foot": _foot(sender), "head": head, "logo": logo}
        text = render_template(f"mail/{template}.txt", **facts, **around)
        first, _, body = text.lstrip().partition("\n")
        if not first.startswith(_SUBJECT):
            raise ValueError(f"mail/{template}.txt does not begin with {_SUBJECT}")
        subject = " ".join(first.removeprefix(_SUBJECT).split())
        html = render_template(f"mail/{template}.html", **{**facts, **around, "subject": subject})
    return subject, _BLANK_LINES.sub("\n\n", body.strip()) + "\n", html


def _foot(sender: Sender) -> list[str]:
    """Where to ask, and whether an answer is read."""
    office = settings().service.office(text_language())
    # A telephone number never breaks at the end of a line.
    reached = " · ".join(line.replace(" ", NO_BREAK_SPACE) for line in sender.lines)
    lines = [str(gettext("Une question ? Contactez %(office)s.", office=office)), reached]
    if not _office_answers(sender):
        lines.append(gettext("Ne répondez pas à ce message : personne ne lit les réponses."))
    return [line for line in lines if line]


def _office_answers(sender: Sender) -> bool:
    return settings().mail.reply_to_office and bool(sender.mail)


def sender_address(configured: Address, sender: Sender) -> Address:
    """The From of a mail in the name of `sender`: the school, then its brand or the configured name."""
    return from_address(configured, letterheads.names_for(sender.school, sender.uai, configured.display_name))


def _configured_sender() -> Address:
    """The setting `mail.sender` as an address."""
    message = EmailMessage()
    message["From"] = settings().mail.sender
    address: Address = message["From"].addresses[0]
    return address
