"""Mail: an outbox message → RFC 5322 text → SMTP.

The payload is {"to", "template", "language", "facts"}; templates/mail/<template>.txt, whose first line is `Subject: …`,
and <template>.html make the two parts.
"""

import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from flask import render_template
from flask_babel import force_locale

from idp.context import settings
from idp.messages.outbox import Claimed, RefusedForGood
from idp.settings import Mail

_SUBJECT = "Subject:"


def deliver(claimed: Claimed, now: int) -> None:
    """Send one mail. Raises RefusedForGood for a recipient refused with 5xx; any other fault may pass by itself."""
    message = compose(claimed, now)
    with connected(settings().mail) as server:
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refusal:
            code, text = next(iter(refusal.recipients.values()))
            if 500 <= code < 600:
                raise RefusedForGood(f"{code} {text.decode(errors='replace')}") from None
            raise


def compose(claimed: Claimed, now: int) -> EmailMessage:
    """The mail as it leaves. The Message-ID is the message's own, so that a repeated delivery can be recognised."""
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
    # Last: making the parts would carry a Content-* header into the first of them.
    message["Content-Language"] = payload["language"]
    return message


def connected(mail: Mail) -> smtplib.SMTP:
    """A session with the SMTP server: protected and logged in as the settings say. Raises OSError, SMTPException."""
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            mail.host, mail.port, timeout=mail.timeout, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=mail.timeout)
    try:
        if mail.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if mail.username:
            server.login(mail.username, mail.password)
    except BaseException:
        server.close()
        raise
    return server
