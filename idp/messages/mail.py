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
from flask_babel import force_locale

from idp.messages.delivery import DeliveryCode, RefusedForGood
from idp.messages.storage.outbox import Claimed
from idp.network import certificate_authorities
from idp.runtime.context import settings
from idp.settings import Mail

_SUBJECT = "Subject:"


def deliver(claimed: Claimed, now: int) -> None:
    """Send a mail. Every exception except RefusedForGood is worth a retry.

    Raises RefusedForGood for a recipient refused with 5xx, and for a non-ASCII address if the server does not offer
    SMTPUTF8 (RFC 6531 §3.2).
    """
    message = compose(claimed, now)
    with connected(settings().mail) as server:
        try:
            server.send_message(message)
        except smtplib.SMTPNotSupportedError:
            raise RefusedForGood(DeliveryCode.NO_SMTPUTF8) from None
        except smtplib.SMTPRecipientsRefused as refusal:
            code, text = next(iter(refusal.recipients.values()))
            if 500 <= code < 600:
                reply = f"{code} {text.decode(errors='replace')}"
                raise RefusedForGood(DeliveryCode.ADDRESS_REFUSED, reply) from None
            raise


def compose(claimed: Claimed, now: int) -> EmailMessage:
    """The mail to send. The Message-ID derives from the outbox row, so that a repeated delivery can be recognised."""
    payload = claimed.payload
    with force_locale(payload["language"]):
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
    message["Content-Language"] = payload["language"]
    return message


def connected(mail: Mail) -> smtplib.SMTP:
    """A session with the SMTP server: encrypted and authenticated according to the settings. Raises OSError, SMTPException."""
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            mail.host, mail.port, timeout=mail.timeout, context=certificate_authorities.context()
        )
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=mail.timeout)
    try:
        if mail.security == "starttls":
            server.starttls(context=certificate_authorities.context())
        if mail.username:
            server.login(mail.username, mail.password)
    except BaseException:
        server.close()
        raise
    return server
