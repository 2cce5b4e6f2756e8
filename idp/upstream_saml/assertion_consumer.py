"""Responses of an upstream (saml-profiles-2.0-os §4.1): verified where they arrive, used by the GET that brings the browser's cookies.

The POST comes from another site, without our cookies (SameSite=Lax). What counts of the verified response goes on, sealed, in the address of a
redirect; the request that it answers is bound to the browser, and used once.
"""

import json
import zlib
from typing import TYPE_CHECKING, Any

from idp import deferred
from idp.crypto.sealing import seal, unseal
from idp.due_times import is_within
from idp.federation import departure
from idp.federation.proved import Proved
from idp.federation.rules.assurance import Login
from idp.federation.rules.attributes import Attributes
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED, PROVIDER_LOGIN_ABANDONED
from idp.saml import certificates
from idp.saml.rules.response import Response
from idp.settings import FederatedProvider
from idp.upstream_saml import addresses, metadata
from idp.upstream_saml.messages import certificates_of, upstream_of
from idp.upstream_saml.rules.response import Cancelled, Expected, Unacceptable, judge, subject_of
from keys.sealing import CannotUnseal

if TYPE_CHECKING:
    from idp.saml.bindings import Received
    from idp.saml.xml import documents, received_responses
else:
    documents = deferred.module("idp.saml.xml.documents")
    received_responses = deferred.module("idp.saml.xml.received_responses")

GOES_ON = 120
"""Seconds within which the browser follows the redirect."""
LARGEST = 6000
"""Characters of what goes on: proxies limit a request line to 8 KB."""
_CONTEXT = "response of an upstream of SAML"


def accept(name: str, received: "Received", now: int) -> str:
    """A verified response, sealed for `use`. Raises Refusal F01, F02, F04."""
    upstream = upstream_of(name)
    provider = metadata.known(upstream, now)
    try:
        response = received_responses.read_response(
            received.unverified, certificates_of(provider), lambda: certificates.decryption_keys(now)
        )
        values = _judged(upstream, response, now)
    except (documents.XmlFault, Unacceptable) as fault:
        raise Refusal(PROVIDER_ANSWER_REFUSED, f"response of {name}: {fault}") from fault
    sealed = seal(zlib.compress(json.dumps({"at": now, "upstream": name, **values}).encode()), _CONTEXT)
    if len(sealed) > LARGEST:
        raise Refusal(PROVIDER_ANSWER_REFUSED, f"response of {name}: the attributes in use are too long")
    return sealed


def use(name: str, sealed: str, browser: str, now: int) -> Proved:
    """The verified identity, once, in the browser that began. Raises Refusal F03, F04."""
    upstream = upstream_of(name)
    try:
        values: dict[str, Any] = json.loads(zlib.decompress(unseal(sealed, _CONTEXT)))
    except (CannotUnseal, zlib.error, ValueError) as fault:
        raise Refusal(PROVIDER_ANSWER_REFUSED, "a sealed response was changed") from fault
    if values["upstream"] != name or not is_within(now, values["at"], GOES_ON):
        raise Refusal(PROVIDER_ANSWER_REFUSED, "a sealed response is another upstream's, or too old")
    begun = departure.read(values["state"], "saml", browser, now)
    if begun.upstream != name:
        raise Refusal(PROVIDER_ANSWER_REFUSED, "the response is another upstream's")
    if values["status"] is not None:
        raise Refusal(
            PROVIDER_LOGIN_ABANDONED, f"the upstream's status: {values['status']}", login=begun.login
        )
    departure.use(values["state"], begun)
    session = {"name_id": values["name_id"], "index": values["index"]}
    return Proved(
        name,
        upstream.issuer,
        values["subject"],
        json.dumps(session),
        values["index"],
        {key: tuple(texts) for key, texts in values["attributes"].items()},
        Login(values["context"], (), values["authenticated_at"]),
        begun,
        (values["name_id"] or {}).get("value"),
    )


def _judged(upstream: FederatedProvider, response: Response, now: int) -> dict[str, Any]:
    """What of a response goes on. Raises Unacceptable."""
    expected = Expected(
        upstream.issuer,
        addresses.entity_id(upstream.name),
        addresses.consumer(upstream.name),
        upstream.clock_skew,
    )
    try:
        request = judge(response, expected, now)
    except Cancelled as status:
        # Anybody can write a status that is not signed; it ends nothing but the login of its own browser.
        return {"state": _state(response.in_response_to or ""), "status": str(status)}
    assertion = response.assertion
    assert assertion is not None
    named = {"value": assertion.name_id, "format": assertion.name_id_format}
    return {
        "state": _state(request),
        "status": None,
        "subject": subject_of(assertion, upstream.subject_attribute),
        "name_id": named if assertion.name_id else None,
        "index": assertion.session_index,
        "context": assertion.context,
        "authenticated_at": assertion.authenticated_at,
        "attributes": _in_use(upstream, assertion.attributes),
    }


def request_id(state: str) -> str:
    """The ID of the request of a login: an XML name, from which its answer's `InResponseTo` leads back to the state."""
    return f"_{state}"


def _state(request: str) -> str:
    return request.removeprefix("_")[: departure.LONGEST_STATE]


def _in_use(upstream: FederatedProvider, attributes: Attributes) -> Attributes:
    """The attributes that the settings name: no other leaves this process."""
    wanted = {upstream.compared} | {
        name for rule in upstream.rules for name in (rule.schools_from, *rule.when)
    }
    return {name: values for name, values in attributes.items() if name in wanted}
