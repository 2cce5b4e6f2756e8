"""Pronote on a phone, or on a screen without a keyboard: a code and its picture; the person agrees where they are signed in.

OAuth 2.0 Device Authorization Grant (RFC 8628). The page asks again by itself, without a script.
"""

from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from flask import Flask, current_app, make_response, redirect, render_template, session, url_for
from joserfc import jwt
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from clients.problems import login_problem
from clients.provider import PATIENCE, Provider
from clients.relying_party import configuration, now, store

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
STILL_WAITING = ("authorization_pending", "slow_down")
SLACK = 1
"""Seconds beyond the interval that the provider asks for (§3.5)."""


def add_phone(app: Flask) -> None:
    """The pages /phone and /phone/wait."""
    app.add_url_rule("/phone", view_func=phone)
    app.add_url_rule("/phone/wait", view_func=wait)


def phone() -> Response:
    """Ask for a code, and show it."""
    try:
        document = _ask("device_authorization_endpoint", {"scope": _provider().client_kwargs["scope"]})
    except (requests.RequestException, OAuthError) as fault:
        return login_problem("unreachable", fault)
    if "user_code" not in document:
        return login_problem(document.get("error", "mismatch"))
    session["phone"] = {name: document[name] for name in ("device_code", "user_code", "interval")}
    return _code_page()


def wait() -> Response:
    """Has the person agreed? Then a session; if not yet, the same page again."""
    if "phone" not in session:
        return redirect(url_for("phone"))
    form = {"grant_type": GRANT, "device_code": session["phone"]["device_code"]}
    try:
        token = _ask("token_endpoint", form)
        if token.get("error") == "slow_down":
            session["phone"] = {**session["phone"], "interval": session["phone"]["interval"] + 5}
        if token.get("error") in STILL_WAITING:
            return _code_page()
        if "id_token" not in token:
            session.pop("phone")
            return login_problem(token.get("error", "mismatch"))
        claims = _claims_of(token["id_token"])
        person = dict(_provider().userinfo(token=token))
    except (requests.RequestException, OAuthError) as fault:
        return login_problem("unreachable", fault)
    except (JoseError, KeyError, ValueError) as fault:
        return login_problem("mismatch", fault)
    if person.get("sub") != claims["sub"]:
        return login_problem("mismatch")
    session.clear()
    session["token"] = store().open_session(claims["sid"], claims["sub"], person, token["id_token"], now())
    return redirect(url_for("home"))


def _code_page() -> Response:
    document = session["phone"]
    issuer = configuration().issuer
    response = make_response(
        render_template("pronote/phone.html", code=document["user_code"], issuer=issuer, wait=url_for("wait"))
    )
    response.headers["Refresh"] = f"{document['interval'] + SLACK}; url={url_for('wait')}"
    return response


def _ask(endpoint: str, form: dict[str, Any]) -> dict[str, Any]:
    """An answer of the provider's, errors too. Raises RequestException, OAuthError (its metadata)."""
    client = configuration()
    secret = {"client_id": client.client_id, "client_secret": client.client_secret}
    address = _provider().load_server_metadata()[endpoint]
    answer = requests.post(address, data={**form, **secret}, timeout=PATIENCE).json()
    return answer if isinstance(answer, dict) else {}


def _claims_of(id_token: str) -> dict[str, Any]:
    """Raises JoseError, ValueError."""
    provider = _provider()
    claims = jwt.decode(id_token, provider.keys(), algorithms=[provider.signature_algorithm]).claims
    client = configuration()
    if (claims.get("iss"), claims.get("aud")) != (client.issuer, client.client_id) or claims["exp"] <= now():
        raise ValueError("another provider's, another service's, or an old one")
    return claims


def _provider() -> Provider:
    loaded: Provider = current_app.extensions["provider"]
    return loaded
