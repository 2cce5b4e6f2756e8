"""The routes of SAML where we are the service provider: responses, logout, our metadata."""

from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp import deferred
from idp.federation import logout as federated_logout
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED
from idp.runtime.context import now
from idp.saml.our_metadata import soap_fault
from idp.services.pages import sign_out
from idp.signin import cookies
from idp.upstream_saml import assertion_consumer, logout, our_metadata
from idp.upstream_saml.messages import upstream_of
from idp.web.application import Application

if TYPE_CHECKING:
    from idp.federation.pages import provider_login
    from idp.saml import bindings
    from idp.saml.bindings import Received
    from idp.saml.xml import documents
else:
    provider_login = deferred.module("idp.federation.pages.provider_login")
    bindings = deferred.module("idp.saml.bindings")
    documents = deferred.module("idp.saml.xml.documents")

blueprint = Blueprint("upstream_saml", __name__, url_prefix="/federation/saml/<name>")

FOR_MACHINES = {"upstream_saml.consume", "upstream_saml.logout_by_soap", "upstream_saml.metadata"}
"""No hook of pages or forms concerns these (idp/web/application.py)."""


def init_endpoints(app: Application) -> None:
    """Tell the application which endpoints are for machines."""
    app.machine_endpoints |= FOR_MACHINES


@blueprint.post("/acs")
def consume(name: str) -> BaseResponse:
    """saml-bindings §3.5: a Response in a form of another site, without our cookies: a GET brings them."""
    upstream_of(name)
    sealed = assertion_consumer.accept(name, _by_form("SAMLResponse"), now())
    return redirect(url_for("upstream_saml.arrive", name=name, response=sealed), 303)


@blueprint.get("/arrived")
def arrive(name: str) -> BaseResponse:
    """The verified response, in the browser that asked."""
    sealed = request.args.get("response", "")[: assertion_consumer.LARGEST]
    return provider_login.arrived(assertion_consumer.use(name, sealed, cookies.browser(), now()))


@blueprint.route("/slo", methods=["GET", "POST"], endpoint="logout")
def end_session(name: str) -> BaseResponse:
    """Single logout by the browser: the upstream's request, or its answer to ours."""
    upstream_of(name)
    fields = request.form if request.method == "POST" else request.args
    if "SAMLResponse" in fields:
        # The relay state is a secret of this logout, used once; whatever the answer says, our session has ended.
        back_to = federated_logout.come_back(fields.get("RelayState", ""), now())
        return redirect(back_to, 303) if back_to else make_response(_signed_out())
    if request.method == "POST":
        received = _by_form("SAMLRequest")
    else:
        try:
            received = bindings.from_query(request.query_string)
        except documents.XmlFault as fault:
            raise Refusal(PROVIDER_ANSWER_REFUSED, str(fault)) from fault
    onward = logout.by_browser(name, received, now())
    if onward is None:
        return make_response(_signed_out())
    return sign_out.at_once(sign_out.WayBack(onward.address, onward.fields))


@blueprint.post("/soap")
def logout_by_soap(name: str) -> Response:
    """saml-bindings §3.2: single logout from server to server."""
    try:
        answer = logout.by_soap(name, bindings.from_soap(request.get_data()), now())
    except (documents.XmlFault, Refusal) as fault:
        return Response(soap_fault(fault), 400, content_type="text/xml; charset=utf-8")
    return Response(answer, content_type="text/xml; charset=utf-8")


@blueprint.get("/metadata")
def metadata(name: str) -> Response:
    """Our metadata for this upstream, signed."""
    upstream_of(name)
    response = Response(our_metadata.document(name, now()), content_type="application/samlmetadata+xml")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _by_form(wanted: str) -> "Received":
    """The message of a form. Raises Refusal F04."""
    try:
        received = bindings.from_form(request.form)
    except documents.XmlFault as fault:
        raise Refusal(PROVIDER_ANSWER_REFUSED, str(fault)) from fault
    if received.name != wanted:
        raise Refusal(PROVIDER_ANSWER_REFUSED, "the form has another message")
    return received


def _signed_out() -> str:
    return render_template("signed_out.html", asking=None)
