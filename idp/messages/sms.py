"""SMS: an outbox message → a request to the configured HTTP gateway.

The payload is {"to": E.164, "template", "language", "facts"}; templates/sms/<template>.txt is the text. The outbox
number is sent as {id}, so that a gateway can drop a message that was sent twice after a crash.
"""

from collections.abc import Mapping

from flask import render_template

from idp.messages.delivery import DeliveryCode, DestinationFails, RefusedForGood
from idp.messages.storage.outbox import Claimed
from idp.network import outgoing_http
from idp.network.kept_sessions import KeptSessions
from idp.runtime.context import settings
from idp.settings import Sms
from idp.web.languages import in_language
from idp.web.typography import NO_BREAK_SPACE

MAY_PASS = frozenset({408, 425, 429})
"""HTTP statuses of a gateway that are worth a retry, beside 5xx."""

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")


class GatewayRefused(DestinationFails):
    """The gateway accepts no messages now."""


def deliver(claimed: Claimed, now: int, http: KeptSessions) -> None:
    """Send an SMS through the gateway, on a connection of `http`. Raises RefusedForGood for a permanent refusal, else GatewayRefused."""
    gateway = settings().sms
    if not gateway.url:
        raise RefusedForGood(DeliveryCode.NO_GATEWAY)
    values = {
        "to": claimed.payload["to"],
        "to_digits": claimed.payload["to"].lstrip("+"),
        "text": compose(claimed),
        "sender": gateway.sender,
        "id": f"{claimed.created_at}-{claimed.id}",
        "token": gateway.token,
    }
    status = _call(http, gateway, filled(gateway.fields, values), filled(gateway.headers, values))
    if 200 <= status < 300:
        return
    if 400 <= status < 500 and status not in MAY_PASS:
        raise RefusedForGood(DeliveryCode.ANSWERED, str(status))
    raise GatewayRefused(DeliveryCode.ANSWERED, str(status))


def compose(claimed: Claimed) -> str:
    """The text in the language of the message."""
    payload = claimed.payload
    with in_language(payload["language"]):
        text = render_template(f"sms/{payload['template']}.txt", **payload["facts"])
    return text.replace(NO_BREAK_SPACE, " ").strip()


def filled(templates: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Each template with {name} replaced by its value; other braces are left alone."""
    filled_fields = {}
    for key, template in templates.items():
        for name, value in values.items():
            template = template.replace(f"{{{name}}}", value)
        filled_fields[key] = template
    return filled_fields


def parts(text: str) -> int:
    """Number of SMS of a text: 160 characters of GSM 03.38 in one, 153 in each of several; else 70 and 67."""
    if all(letter in _GSM or letter in _GSM_TWICE for letter in text):
        length, single, each = sum(2 if letter in _GSM_TWICE else 1 for letter in text), 160, 153
    else:
        length, single, each = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= single else -(-length // each)


def _call(http: KeptSessions, gateway: Sms, fields: dict[str, str], headers: dict[str, str]) -> int:
    """The status of the response. Raises GatewayRefused without a response."""
    body = (
        {"params": fields}
        if gateway.method == "GET"
        else {gateway.content if gateway.content == "json" else "data": fields}
    )
    try:
        return http.call(gateway.method, gateway.url, gateway.timeout, headers=headers, **body)
    except outgoing_http.Unreachable as fault:
        if fault.is_late:
            raise GatewayRefused(DeliveryCode.TOO_SLOW) from None
        # The exception's text may contain the URL with the phone number: only its type is stored.
        raise GatewayRefused(DeliveryCode.NO_ANSWER, type(fault.__cause__).__name__) from None
