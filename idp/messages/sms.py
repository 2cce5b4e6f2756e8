"""SMS: an outbox message → one request to the HTTP gateway that the settings describe.

The payload is {"to": E.164, "template", "language", "facts"}; templates/sms/<template>.txt makes the text. The outbox
number goes along as {id}, so that a gateway can drop a message that a crash has sent twice.
"""

from collections.abc import Mapping

import requests
from flask import render_template
from flask_babel import force_locale

from idp.context import settings
from idp.messages.outbox import Claimed, RefusedForGood
from idp.settings import Sms

MAY_PASS = frozenset({408, 425, 429})
"""Refusals of a gateway that are worth another try, beside 5xx."""

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")


class GatewayRefused(Exception):
    """The gateway did not take the message; the text names neither number nor message."""


def deliver(claimed: Claimed, now: int) -> None:
    """Hand one SMS to the gateway. Raises RefusedForGood for a refusal that will not pass, else GatewayRefused."""
    given = settings().sms
    if not given.url:
        raise RefusedForGood("no gateway is set up")
    values = {
        "to": claimed.payload["to"],
        "to_digits": claimed.payload["to"].lstrip("+"),
        "text": compose(claimed),
        "sender": given.sender,
        "id": f"{claimed.created_at}-{claimed.id}",
        "token": given.token,
    }
    status = _call(given, filled(given.fields, values), filled(given.headers, values))
    if 200 <= status < 300:
        return
    if 400 <= status < 500 and status not in MAY_PASS:
        raise RefusedForGood(f"the gateway answered {status}")
    raise GatewayRefused(f"the gateway answered {status}")


def compose(claimed: Claimed) -> str:
    """The text in the language of the message."""
    payload = claimed.payload
    with force_locale(payload["language"]):
        return render_template(f"sms/{payload['template']}.txt", **payload["facts"]).strip()


def filled(templates: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Each template with {name} replaced by its value; other braces are left alone."""
    found = {}
    for key, template in templates.items():
        for name, value in values.items():
            template = template.replace(f"{{{name}}}", value)
        found[key] = template
    return found


def parts(text: str) -> int:
    """How many SMS a text takes: 160 letters of GSM 03.38 in one, 153 in each of several; else 70 and 67."""
    if all(letter in _GSM or letter in _GSM_TWICE for letter in text):
        length, one, each = sum(2 if letter in _GSM_TWICE else 1 for letter in text), 160, 153
    else:
        length, one, each = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= one else -(-length // each)


def _call(given: Sms, fields: dict[str, str], headers: dict[str, str]) -> int:
    """The status of the answer. Raises GatewayRefused where there is none."""
    body = (
        {"params": fields}
        if given.method == "GET"
        else {given.content if given.content == "json" else "data": fields}
    )
    try:
        with requests.request(
            given.method,
            given.url,
            headers=headers,
            timeout=given.timeout,
            allow_redirects=False,
            stream=True,
            **body,  # type: ignore[arg-type]
        ) as answer:
            return answer.status_code
    except requests.RequestException as fault:
        # Its text may hold the address with the number in it.
        raise GatewayRefused(type(fault).__name__) from None
