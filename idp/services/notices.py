"""The delivery of a logout notice to a service, in any protocol: one POST, and what its outcome says about the service."""

from typing import TYPE_CHECKING

from idp import deferred
from idp.messages.delivery import DeliveryCode, DeliveryFault, DestinationFails
from idp.network.urls import origin_of

if TYPE_CHECKING:
    import requests

    from idp.network.kept_sessions import KeptSessions
else:
    requests = deferred.module("requests")


class NotDelivered(DeliveryFault):
    """The service refused this notice; a later attempt may succeed."""


class NotReached(DestinationFails, NotDelivered):
    """The service accepts no notices now."""


def post(
    http: "KeptSessions",
    address: str,
    body: dict[str, str] | bytes,
    headers: dict[str, str] | None = None,
) -> int:
    """POST a form, or bytes under `headers`, to a service; the status of its answer. Raises NotReached if there is none."""
    try:
        return http.post(origin_of(address), address, body, headers)
    except TimeoutError as fault:
        raise NotReached(DeliveryCode.TOO_SLOW) from fault
    except (requests.RequestException, OSError, ValueError) as fault:
        raise NotReached(DeliveryCode.NO_ANSWER, type(fault).__name__) from fault


def refused(status: int, of_this_notice: bool = False) -> NotDelivered:
    """The fault of an answer that is no acceptance. `of_this_notice`: other notices to the service may succeed."""
    return (NotDelivered if of_this_notice else NotReached)(DeliveryCode.ANSWERED, str(status))
