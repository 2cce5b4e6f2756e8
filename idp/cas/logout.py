"""/cas/logout: the logout that all protocols share, with the way back to a registered service (CAS Protocol 3.0.3 §2.3)."""

from werkzeug.wrappers import Response

from idp.cas import registrations
from idp.cas.rules.login_request import Malformed, single
from idp.observability import counting
from idp.refusals import Refusal
from idp.refusals.requests import MALFORMED_SERVICE_REQUEST, UNKNOWN_RETURN_ADDRESS
from idp.services.pages import sign_out

ENDPOINT = "cas.logout"


def answer(parameters: list[tuple[str, str]], now: int) -> Response | str:
    """The answer to GET and POST. A `service` that is not registered is no way back: the person stays here (§2.3.2).

    `url`, the parameter of CAS 2, is not followed: it was never checked against a registration.
    """
    try:
        values = single(parameters)
    except Malformed as fault:
        raise Refusal(MALFORMED_SERVICE_REQUEST, str(fault)) from None
    if sign_out.needs_get(values):
        return sign_out.as_get(ENDPOINT, values)
    return sign_out.answer(_request(values), now)


def _request(values: dict[str, str]) -> sign_out.LogoutRequest:
    if not values.get("service"):
        return sign_out.LogoutRequest(ENDPOINT, values)
    target = registrations.active_at(values["service"])
    if target is None:
        refusal = Refusal(UNKNOWN_RETURN_ADDRESS, "service of a CAS logout is not registered")
        counting.refused(refusal.code, refusal.name)
        return sign_out.LogoutRequest(ENDPOINT, values, refusal=refusal)
    service, url = target
    return sign_out.LogoutRequest(ENDPOINT, values, service.service, sign_out.WayBack(url.text))
