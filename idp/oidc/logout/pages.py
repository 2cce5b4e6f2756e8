"""RP-Initiated Logout 1.0: the request of a relying party, then the logout that all protocols share (`idp.services.pages.sign_out`)."""

from flask import request
from werkzeug.wrappers import Response as BaseResponse

from idp.oidc.logout import request as logout_request
from idp.services.pages import sign_out

ENDPOINT = "oidc.end_session"


def answer(now: int) -> BaseResponse | str:
    """The answer to GET and POST /logout."""
    source = request.form if request.method == "POST" else request.args
    parameters = logout_request.once(source.items(multi=True))
    if sign_out.needs_get(parameters):
        return sign_out.as_get(ENDPOINT, parameters)
    asked = logout_request.read(parameters, now)
    service = asked.client.service if asked.client is not None else None
    way_back = sign_out.WayBack(asked.redirect_uri) if asked.redirect_uri else None
    request_of_all = sign_out.LogoutRequest(ENDPOINT, parameters, service, way_back, asked.refusal)
    return sign_out.answer(request_of_all, now)
