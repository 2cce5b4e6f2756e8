"""Answers to validations: XML in the namespace of Yale, JSON, and the two lines of CAS 1.0 (CAS Protocol 3.0.3 §2.4.2, §2.5.2, appendix A).

XML is written by the standard library, which loads when it is first needed.
"""

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Response

from idp import deferred
from idp.cas.rules.answers import Answer, Code, Failure, Proxied, Success

if TYPE_CHECKING:
    from xml.etree import ElementTree
    from xml.etree.ElementTree import Element
else:
    ElementTree = deferred.module("xml.etree.ElementTree")

NAMESPACE = "http://www.yale.edu/tp/cas"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 §2.2 does not allow, even encoded."""


def of_validation(answer: Answer, as_json: bool) -> Response:
    """The answer of serviceValidate and proxyValidate."""
    if as_json:
        return _json({"serviceResponse": _json_of(answer)})
    return _xml(_failure(answer) if isinstance(answer, Failure) else _success(answer))


def of_proxy(answer: Proxied | Failure, as_json: bool) -> Response:
    """The answer of /cas/proxy (§2.7.2)."""
    if as_json:
        members = _failed("proxyFailure", answer) if isinstance(answer, Failure) else _proxied(answer)
        return _json({"serviceResponse": members})
    if isinstance(answer, Failure):
        return _xml(_failure(answer, "proxyFailure"))
    success = _element("proxySuccess")
    _add(success, "proxyTicket", answer.ticket)
    return _xml(success)


def in_two_lines(answer: Answer) -> Response:
    """CAS 1.0 (§2.4.2)."""
    text = f"yes\n{plain_text(answer.user)}\n" if isinstance(answer, Success) else "no\n\n"
    return _not_stored(Response(text, mimetype="text/plain"))


def malformed() -> Failure:
    """The failure of a request whose parameters cannot be read."""
    return Failure(Code.INVALID_REQUEST, "A parameter is repeated or too long.")


def plain_text(text: str) -> str:
    """The text without characters that no XML document can hold."""
    return _NO_XML.sub("", text)


def moment(seconds: int) -> str:
    """An XML dateTime."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _success(answer: Success) -> "Element":
    success = _element("authenticationSuccess")
    _add(success, "user", answer.user)
    attributes = _add(success, "attributes")
    for name, values in _attributes(answer).items():
        for value in values:
            _add(attributes, name, value)
    if answer.pgtiou is not None:
        _add(success, "proxyGrantingTicket", answer.pgtiou)
    if answer.proxies:
        proxies = _add(success, "proxies")
        for callback in answer.proxies:
            _add(proxies, "proxy", callback)
    return success


def _attributes(answer: Success) -> dict[str, tuple[str, ...]]:
    """Those of the person, and the three of §2.5.7."""
    return {
        "authenticationDate": (moment(answer.auth_time),),
        "longTermAuthenticationRequestTokenUsed": ("false",),
        "isFromNewLogin": ("true" if answer.is_new_login else "false",),
        **answer.attributes,
    }


def _failure(answer: Failure, name: str = "authenticationFailure") -> "Element":
    failure = _element(name)
    failure.set("code", answer.code)
    failure.text = answer.description
    return failure


def _element(name: str) -> "Element":
    return ElementTree.Element(f"{{{NAMESPACE}}}{name}")


def _add(parent: "Element", name: str, text: str | None = None) -> "Element":
    child = ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = None if text is None else plain_text(text)
    return child


def _xml(content: "Element") -> Response:
    ElementTree.register_namespace("cas", NAMESPACE)
    response = _element("serviceResponse")
    response.append(content)
    body = ElementTree.tostring(response, encoding="utf-8", xml_declaration=True)
    return _not_stored(Response(body, content_type="application/xml; charset=utf-8"))


def _json_of(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, Failure):
        return _failed("authenticationFailure", answer)
    members: dict[str, Any] = {
        "user": answer.user,
        "proxyGrantingTicket": answer.pgtiou,
        "proxies": list(answer.proxies),
        "attributes": {name: list(values) for name, values in _attributes(answer).items()},
    }
    success = {name: value for name, value in members.items() if value not in (None, [])}
    return {"authenticationSuccess": success}


def _failed(name: str, answer: Failure) -> dict[str, Any]:
    return {name: {"code": answer.code, "description": answer.description}}


def _proxied(answer: Proxied) -> dict[str, Any]:
    return {"proxySuccess": {"proxyTicket": answer.ticket}}


def _json(document: dict[str, Any]) -> Response:
    return _not_stored(Response(json.dumps(document, ensure_ascii=False), mimetype="application/json"))


def _not_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
