"""The routes of SAML: single sign-on, single logout, metadata."""

from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp import deferred
from idp.refusals import Refusal
from idp.refusals.requests import MALFORMED_SERVICE_REQUEST, UNKNOWN_SERVICE
from idp.runtime.context import now
from idp.saml import logout, our_metadata, registrations, sign_on
from idp.saml.messages import from_registered
from idp.services.pages import sign_out
from idp.services.rules import hints
from idp.signin import cookies
from idp.web.application import Application

if TYPE_CHECKING:
    from idp.saml import bindings
    from idp.saml.bindings import Received
    from idp.saml.xml import authn_requests, documents
else:
    bindings = deferred.module("idp.saml.bindings")
    authn_requests = deferred.module("idp.saml.xml.authn_requests")
    documents = deferred.module("idp.saml.xml.documents")

blueprint = Blueprint("saml", __name__, url_prefix="/saml")

FOR_MACHINES = {"saml.begin", "saml.begin_by_form", "saml.logout_by_soap", "saml.metadata"}
"""No hook of pages or forms concerns these (idp/web/application.py)."""


def init_endpoints(app: Application) -> None:
    """Tell the application which endpoints are for machines."""
    app.machine_endpoints |= FOR_MACHINES


@blueprint.get("/sso")
def begin() -> BaseResponse:
    """saml-bindings §3.4: a request in a redirect."""
    if "resumed" in request.args:
        return sign_on.resumed(request.args["resumed"], now())
    try:
        received = bindings.from_query(request.query_string)
    except documents.XmlFault as fault:
        raise Refusal(MALFORMED_SERVICE_REQUEST, str(fault)) from fault
    return _begin(received)


@blueprint.post("/sso")
def begin_by_form() -> BaseResponse:
    """saml-bindings §3.5: a request in a form. From another site it comes without the session's cookie (SameSite=Lax): a GET brings that."""
    try:
        received = bindings.from_form(request.form)
    except documents.XmlFault as fault:
        raise Refusal(MALFORMED_SERVICE_REQUEST, str(fault)) from fault
    return _begin(received)


@blueprint.get("/open/<service_id>")
def open_service(service_id: str) -> BaseResponse:
    """A service opened from a page of ours (saml-profiles §4.1.5)."""
    service = registrations.every().get(service_id)
    if service is None:
        raise Refusal(UNKNOWN_SERVICE, "no service provider has this id")
    return sign_on.open_service(service, hints.of_parameters(request.args), now())


@blueprint.route("/slo", methods=["GET", "POST"], endpoint="logout")
def end_session() -> BaseResponse | str:
    """Single logout by the browser: a LogoutRequest, the form of its confirmation, or the answer of a service to ours."""
    if asked := request.form.get("asked") or request.args.get("asked"):
        return logout.confirmed(asked, now())
    try:
        received = (
            bindings.from_form(request.form)
            if request.method == "POST"
            else bindings.from_query(request.query_string)
        )
    except documents.XmlFault as fault:
        raise Refusal(MALFORMED_SERVICE_REQUEST, str(fault)) from fault
    if received.name == "SAMLResponse":
        return _frame_is_answered()
    if sign_out.needs_get(request.form.to_dict()):
        return sign_out.as_get(logout.ENDPOINT, {"asked": logout.sealed(received, now())})
    return logout.begin(received, now())


def _frame_is_answered() -> Response:
    """A service answers our logout request in its frame: the page around it shows what is known, and waits for the frame to load."""
    if request.headers.get("Sec-Fetch-Dest") != "iframe":
        return Response(status=204)
    g.framed_by = "'self'"
    return Response(mimetype="text/html")


@blueprint.post("/soap")
def logout_by_soap() -> Response:
    """saml-bindings §3.2: single logout from server to server."""
    try:
        answer = logout.by_soap(bindings.from_soap(request.get_data()), now())
    except (documents.XmlFault, Refusal) as fault:
        # SOAP 1.1 §6.2 wants 500 here; a 500 is an alarm for operators, and the fault is the client's: its code says so.
        return Response(our_metadata.soap_fault(fault), 400, content_type="text/xml; charset=utf-8")
    return Response(answer, content_type="text/xml; charset=utf-8")


@blueprint.get("/metadata")
def metadata() -> Response:
    """Our metadata, signed (saml-metadata §4.1)."""
    response = Response(our_metadata.document(now()), content_type="application/samlmetadata+xml")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _begin(received: "Received") -> BaseResponse:
    message, service = from_registered(received)
    try:
        asked = authn_requests.read_authn_request(message.root, message.signed)
    except documents.XmlFault as fault:
        raise Refusal(MALFORMED_SERVICE_REQUEST, str(fault)) from fault
    hint = hints.of_parameters(request.values)
    if request.method == "POST" and cookies.session_token() is None:
        sealed = sign_on.sealed(asked, message.relay_state, hint, service, now())
        return redirect(url_for("saml.begin", resumed=sealed), 303)
    return sign_on.begin(asked, message.relay_state, hint, service, now())
