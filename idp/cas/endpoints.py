"""The routes of CAS (CAS Protocol 3.0.3 §2)."""

from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp.cas import login, logout, proxying, responses, saml11
from idp.cas.rules import login_request
from idp.cas.rules.answers import Answer, Code, Failure
from idp.cas.rules.login_request import Malformed, single
from idp.cas.rules.tickets import Kind
from idp.cas.validation import ALL_TICKETS, SERVICE_TICKETS, Validation, read, validate
from idp.refusals import Refusal
from idp.refusals.requests import MALFORMED_SERVICE_REQUEST
from idp.runtime.context import now
from idp.services.pages.sign_out import LONGEST_QUERY
from idp.signin import cookies
from idp.web.application import Application

blueprint = Blueprint("cas", __name__, url_prefix="/cas")

FOR_MACHINES = {
    f"cas.{name}"
    for name in (
        "begin",
        "validate_in_two_lines",
        "service_validate",
        "proxy_validate",
        "proxy",
        "saml_validate",
    )
}
"""No hook of pages or forms concerns these (idp/web/application.py)."""
FORMATS = ("", "XML", "JSON")
"""Of a validation's answer (§2.5.1); another one is an error, in XML."""


def init_endpoints(app: Application) -> None:
    """Tell the application which endpoints are for machines."""
    app.machine_endpoints |= FOR_MACHINES


@blueprint.get("/login")
def begin() -> BaseResponse:
    """§2.1: credential requestor; without a service, the person's own account."""
    return _begin(list(request.args.items(multi=True)))


@blueprint.post("/login")
def begin_by_form() -> BaseResponse:
    """The same with the parameters in a form. Credentials are never taken here (§2.2): they are typed into our own pages."""
    pairs = [pair for pair in request.form.items(multi=True) if pair[0] not in ("username", "password")]
    encoded = urlencode(pairs)
    # A browser sends no SameSite=Lax cookie with a cross-site POST; it does with the GET.
    if cookies.session_token() is None and len(encoded) <= LONGEST_QUERY:
        return redirect(f"{url_for('cas.begin')}?{encoded}", 303)
    return _begin(pairs)


def _begin(pairs: list[tuple[str, str]]) -> BaseResponse:
    try:
        asked = login_request.read(pairs)
    except Malformed as fault:
        raise Refusal(MALFORMED_SERVICE_REQUEST, str(fault)) from None
    if asked is None:
        return redirect(url_for("account.overview"), 303)
    return login.begin(asked, now())


@blueprint.route("/logout", methods=["GET", "POST"], endpoint="logout")
def end_session() -> BaseResponse | str:
    source = request.form if request.method == "POST" else request.args
    return logout.answer(list(source.items(multi=True)), now())


@blueprint.route("/validate", methods=["GET", "POST"])
def validate_in_two_lines() -> Response:
    """§2.4, CAS 1.0."""
    return responses.in_two_lines(_validated(SERVICE_TICKETS))


@blueprint.route("/serviceValidate", methods=["GET", "POST"])
@blueprint.route("/p3/serviceValidate", methods=["GET", "POST"])
def service_validate() -> Response:
    """§2.5, §2.8. Attributes are in both: many clients read them of CAS 2.0 too."""
    return _in_its_format(SERVICE_TICKETS)


@blueprint.route("/proxyValidate", methods=["GET", "POST"])
@blueprint.route("/p3/proxyValidate", methods=["GET", "POST"])
def proxy_validate() -> Response:
    """§2.6, §2.9: proxy tickets too."""
    return _in_its_format(ALL_TICKETS)


@blueprint.route("/proxy", methods=["GET", "POST"])
def proxy() -> Response:
    """§2.7."""
    try:
        answer = proxying.proxy(_parameters(), now())
    except Malformed:
        return responses.of_proxy(responses.malformed(), _wants_json())
    return responses.of_proxy(answer, _wants_json())


@blueprint.post("/samlValidate")
def saml_validate() -> Response:
    """SAML 1.1, for old clients: the service is TARGET, the ticket is in the SOAP message."""
    moment, target = now(), request.args.get("TARGET", "")[: login_request.LONGEST]
    ticket, request_id = saml11.ticket_and_request(request.get_data())
    answer = validate(Validation(target, ticket), SERVICE_TICKETS, moment)
    return saml11.response_to(answer, request_id, target, moment)


def _in_its_format(kinds: tuple[Kind, ...]) -> Response:
    if _format() not in FORMATS:
        unknown = Failure(Code.INVALID_REQUEST, "format is XML or JSON.")
        return responses.of_validation(unknown, as_json=False)
    return responses.of_validation(_validated(kinds), _wants_json())


def _validated(kinds: tuple[Kind, ...]) -> Answer | Failure:
    try:
        asked = read(_parameters())
    except Malformed:
        return responses.malformed()
    return validate(asked, kinds, now())


def _parameters() -> dict[str, str]:
    """Of the query, and of a form."""
    return single([*request.args.items(multi=True), *request.form.items(multi=True)])


def _wants_json() -> bool:
    return _format() == "JSON"


def _format() -> str:
    """§2.5.1: `format`; empty if it is absent."""
    return request.values.get("format", "").upper()
