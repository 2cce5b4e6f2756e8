"""Causes of failed deliveries: codes for known causes, texts of exceptions for all others."""

from enum import StrEnum


class DeliveryCode(StrEnum):
    """Stored with a message (`OutboxMessage.last_error`), followed by ": " and a detail if there is one."""

    NO_SMTPUTF8 = "no_smtputf8"
    NO_GATEWAY = "no_gateway"
    TOO_SLOW = "too_slow"
    NO_ANSWER = "no_answer"
    """The detail is the name of an exception, for mail with its text."""
    ANSWERED = "answered"
    """The detail is an HTTP status."""
    ADDRESS_REFUSED = "address_refused"
    """The detail is the SMTP reply: its code and text."""


class DeliveryFault(Exception):
    """This message was refused; a later attempt may succeed. The text names neither the recipient nor the content."""

    def __init__(self, code: DeliveryCode, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code


class RefusedForGood(DeliveryFault):
    """The recipient's server will never accept this message: do not retry."""


class DestinationFails(DeliveryFault):
    """The server accepts no message now: no connection, no answer, or an answer that is not about this message."""


def stored_error(fault: Exception) -> str:
    """The text that is stored with a message: code and detail, or the name and text of a foreign exception."""
    return str(fault) if isinstance(fault, DeliveryFault) else f"{type(fault).__name__}: {fault}"
