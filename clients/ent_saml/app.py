"""A page that shows what an ENT receives by SAML 2.0: login, assertion, attributes, logout, single logout."""

import zlib
from typing import Any

import requests
from flask import Flask, redirect, request, session, url_for
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from werkzeug.wrappers import Response as BaseResponse

from clients.configuration import Configuration
from clients.ent_saml.settings import settings
from clients.languages import N_
from clients.received import Look, application, page

LOOK = Look(
    "ENT (SAML)", "SAML", N_("Un espace numérique de travail, par le protocole SAML 2.0."), "ent_saml"
)
PATIENCE = 10
"""Seconds for the provider's metadata."""


def create_app(config: Configuration) -> Flask:
    """The WSGI application."""
    app, visits = application(config, "ent_saml")

    def saml() -> Any:
        """The library's client. The provider's metadata is read each time: its certificates change."""
        known = requests.get(f"{config.issuer}/saml/metadata", timeout=PATIENCE)
        known.raise_for_status()
        provider = OneLogin_Saml2_IdPMetadataParser.parse(known.content)
        secure, _, host = config.base.partition("://")
        asked = {
            "https": "on" if secure == "https" else "off",
            "http_host": host,
            "script_name": request.path,
            "get_data": request.args.copy(),
            "post_data": request.form.copy(),
            "query_string": request.query_string.decode(),
        }
        return OneLogin_Saml2_Auth(asked, settings(config.base, visits, provider))

    @app.errorhandler(requests.RequestException)
    @app.errorhandler(OneLogin_Saml2_Error)
    # What is no message at all: not Base64, not deflated, not XML.
    @app.errorhandler(ValueError)
    @app.errorhandler(zlib.error)
    @app.errorhandler(etree.XMLSyntaxError)
    def failed(_fault: Exception) -> tuple[str, int]:
        return page(LOOK, None, failed=True), 502

    @app.get("/")
    def home() -> str:
        person = visits.person(session["visit"]) if "visit" in session else None
        return page(LOOK, person, closed="visit" in session and person is None)

    @app.get("/login")
    def login() -> BaseResponse:
        client = saml()
        address = client.login(return_to=f"{config.base}/")
        session["asked"] = client.get_last_request_id()
        return redirect(address, 303)

    @app.post("/acs")
    def consume() -> BaseResponse | tuple[str, int]:
        """The assertion, only for the request of this browser (saml-profiles §4.1.4.3)."""
        client, asked = saml(), session.pop("asked", None)
        if asked is None:
            return page(LOOK, None, failed=True), 400
        client.process_response(request_id=asked)
        if client.get_errors() or not client.is_authenticated():
            return page(LOOK, None, failed=True), 400
        index = client.get_session_index()
        visits.begin(index, _person(client))
        session.clear()
        session["visit"] = index
        return redirect(url_for("home"), 303)

    @app.get("/slo")
    def single_logout() -> BaseResponse:
        """A logout elsewhere, in a frame without our cookie: the request names the session. Or the answer to our own."""
        client, onward = saml(), None
        ended: list[str] = []
        if "SAMLRequest" in request.args:
            raw = OneLogin_Saml2_Logout_Request(client.get_settings(), request.args["SAMLRequest"]).get_xml()
            ended = list(OneLogin_Saml2_Logout_Request.get_session_indexes(raw))
        onward = client.process_slo(keep_local_session=True, request_id=session.pop("left", None))
        if not client.get_errors():
            for index in ended:
                visits.end(index)
        return redirect(onward or url_for("home"), 303)

    @app.get("/logout")
    def logout() -> BaseResponse:
        person = visits.person(session["visit"]) if "visit" in session else None
        if person is None:
            return redirect(url_for("home"), 303)
        client, index = saml(), session.pop("visit")
        visits.end(index)
        address = client.logout(
            f"{config.base}/", person["user"], index, name_id_format=person["format"], nq=person["qualifier"]
        )
        session["left"] = client.get_last_request_id()
        return redirect(address, 303)

    return app


def _person(client: Any) -> dict[str, Any]:
    attributes = {name: ", ".join(values) for name, values in client.get_attributes().items()}
    return {
        "user": client.get_nameid(),
        "named_by": "NameID",
        "format": client.get_nameid_format(),
        "qualifier": client.get_nameid_nq(),
        "first_name": attributes.get("givenName"),
        "family_name": attributes.get("sn"),
        "attributes": attributes,
    }
