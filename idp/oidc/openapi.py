"""The machine endpoints as an OpenAPI 3.1 description, generated from what the code declares.

Pages (authorize, logout, check_session) are for browsers; their parameters are described in OpenID Connect Core and not here.
"""

import json
from dataclasses import fields
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from idp.database.generation import cache
from idp.oidc.clients.rules.client_metadata import GRANT_TYPES, ClientMetadata
from idp.runtime.context import settings

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_TEXT: dict[str, Any] = {"type": "string"}
_ERROR: dict[str, Any] = {
    "type": "object",
    "properties": {"error": _TEXT, "error_description": _TEXT},
    "required": ["error"],
}
_ANY: dict[str, Any] = {"type": "object"}
_KEYS: dict[str, Any] = {
    "type": "object",
    "properties": {"keys": {"type": "array", "items": _ANY}},
    "required": ["keys"],
}
_TOKEN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "access_token": _TEXT,
        "token_type": {"enum": ["Bearer", "DPoP"]},
        "expires_in": {"type": "integer"},
        "scope": _TEXT,
        "refresh_token": _TEXT,
        "id_token": _TEXT,
    },
    "required": ["access_token", "token_type", "expires_in"],
}
_CLIENT_FIELDS = ("client_id", "client_secret", "client_assertion", "client_assertion_type")
_TOKEN_FIELDS = ("code", "redirect_uri", "code_verifier", "refresh_token", "scope", "resource", "device_code")
_PUSHED_FIELDS = (
    "response_type",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "claims",
    "acr_values",
    "request",
    "dpop_jkt",
)


def document() -> dict[str, Any]:
    """The description, for `settings.server.issuer`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": settings().service.name, "version": "1"},
        "servers": [{"url": settings().server.issuer}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "client": {"type": "http", "scheme": "basic"},
                "token": {"type": "http", "scheme": "bearer"},
            }
        },
    }


def document_bytes() -> bytes:
    """The description as served; cached until the registry's generation changes."""
    cached = cache().values
    if "openapi" not in cached:
        cached["openapi"] = json.dumps(document()).encode()
    description: bytes = cached["openapi"]
    return description


def _paths() -> dict[str, Any]:
    grant = {"grant_type": {"enum": list(GRANT_TYPES)}, **dict.fromkeys(_TOKEN_FIELDS, _TEXT)}
    about = {"token": _TEXT, "token_type_hint": _TEXT}
    device = {"scope": _TEXT, "nonce": _TEXT}
    uri = {"request_uri": _TEXT, "expires_in": {"type": "integer"}}
    metadata = {"type": "object", "properties": registration_schema()}
    client_id = {"name": "client_id", "in": "path", "required": True, "schema": _TEXT}
    return {
        "/token": {"post": _by_client("token", grant, _TOKEN)},
        "/par": {"post": _by_client("push", dict.fromkeys(_PUSHED_FIELDS, _TEXT), _of(uri), "201")},
        "/device_authorization": {"post": _by_client("device_authorization", device, _ANY)},
        "/revoke": {"post": _by_client("revoke", about, _ANY)},
        "/introspect": {"post": _by_client("introspect", about, _of({"active": {"type": "boolean"}}))},
        "/userinfo": {
            "get": _operation("userinfo", _of({"sub": _TEXT}), security="token"),
            "post": _operation("userinfo_post", _of({"sub": _TEXT}), security="token"),
        },
        "/register": {
            "post": _operation("register", metadata, "201", "token", {JSON: {"schema": metadata}}),
        },
        "/register/{client_id}": {
            "parameters": [client_id],
            "get": _operation("registration", metadata, security="token"),
            "put": _operation("replace", metadata, "200", "token", {JSON: {"schema": metadata}}),
            "delete": _operation("delete", None, "204", "token"),
        },
        "/jwks.json": {"get": _operation("jwks", _KEYS)},
        "/.well-known/openid-configuration": {"get": _operation("metadata", _of({"issuer": _TEXT}))},
        "/.well-known/oauth-authorization-server": {
            "get": _operation("metadata_rfc8414", _of({"issuer": _TEXT}))
        },
        "/openapi.json": {"get": _operation("openapi", _ANY)},
    }


def registration_schema() -> dict[str, Any]:
    """The members of a registration and their JSON types (RFC 7591 §2), read off `ClientMetadata`."""
    hints = get_type_hints(ClientMetadata)
    members = {field.name: _schema_of(hints[field.name]) for field in fields(ClientMetadata)}
    return {**members, "scope": _TEXT}


def _schema_of(hint: Any) -> dict[str, Any]:
    if get_origin(hint) is UnionType:
        return _schema_of(next(inner for inner in get_args(hint) if inner is not type(None)))
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _TEXT}
    if get_origin(hint) is dict:
        return _ANY
    return {"type": {str: "string", bool: "boolean", int: "integer"}[hint]}


def _by_client(
    name: str, members: dict[str, Any], answer: dict[str, Any], status: str = "200"
) -> dict[str, Any]:
    properties = {**members, **dict.fromkeys(_CLIENT_FIELDS, _TEXT)}
    content = {FORM: {"schema": {"type": "object", "properties": properties}}}
    return _operation(name, answer, status, "client", content)


def _operation(
    name: str,
    answer: dict[str, Any] | None,
    status: str = "200",
    security: str | None = None,
    content: dict[str, Any] | None = None,
) -> dict[str, Any]:
    responses: dict[str, Any] = {status: {"description": "done"}}
    if answer is not None:
        responses[status]["content"] = {JSON: {"schema": answer}}
    refused = {"description": "refused", "content": {JSON: {"schema": _ERROR}}}
    if security is not None:
        responses |= {code: refused for code in ("400", "401", "413")}
        if security == "token":
            # RFC 6750 §3.1: a request without a token gets a challenge without an error code.
            responses["401"] = {"description": "no token, or a dead one", "content": {JSON: {"schema": _ANY}}}
    responses["503"] = {"description": "the database is away", "content": {JSON: {"schema": _ERROR}}}
    operation: dict[str, Any] = {"operationId": name, "responses": responses}
    if content is not None:
        operation["requestBody"] = {"content": content}
    if security is not None:
        operation["security"] = [{security: []}, {}] if security == "client" else [{security: []}]
    return operation


def _of(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}
