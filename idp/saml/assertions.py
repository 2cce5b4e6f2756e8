"""What a service provider receives about a person: the name identifier, the attributes, the signed response."""

import secrets
from typing import TYPE_CHECKING, Any

from idp import deferred
from idp.runtime.context import settings
from idp.saml import addresses, certificates, registrations
from idp.saml.registrations import SamlService
from idp.saml.rules import attribute_names, authn_request, name_ids, names
from idp.saml.rules.authn_request import AuthnRequest, Status
from idp.saml.rules.registration import FORMATS
from idp.services import person
from idp.signin.sessions import Session

if TYPE_CHECKING:
    from cryptography import x509

    from idp.saml.xml import responses
    from idp.saml.xml.responses import Answer
else:
    x509 = deferred.module("cryptography.x509")
    responses = deferred.module("idp.saml.xml.responses")


def answer(
    request: AuthnRequest, consumer: str, registered: SamlService, session: Session, now: int
) -> "Answer | Status":
    """What the response says; a status if the person has no name identifier of the format asked for."""
    account, registration = session.account, registered.registration
    principal, attributes = person.principal_and_attributes(
        registered.id, registration, account, session.auth_time, now
    )
    if registration.entitlements:
        attributes |= {attribute_names.ENTITLEMENT: registration.entitlements}
    login = person.login_at(registered.id, registration, session.auth_time, now)
    form = _format(request, registered)
    mail = account.mail if account.mail_verified else None
    named = name_ids.value(
        form, name_ids.Person(login.subject(account.subject), f"_{secrets.token_hex(16)}", mail, principal)
    )
    if named is None:
        return Status(
            names.REQUESTER, names.INVALID_NAME_ID_POLICY, "The person has no confirmed mail address."
        )
    qualified = form in (names.PERSISTENT, names.TRANSIENT)
    entity = registration.entity_id
    return responses.Answer(
        issuer=addresses.entity_id(),
        consumer=consumer,
        audience=entity,
        in_response_to=request.id or None,
        name_id=responses.NameId(
            named, form, addresses.entity_id() if qualified else None, entity if qualified else None
        ),
        attributes=[
            responses.Attribute(
                name, values, attribute_names.friendly_name(name), attribute_names.name_format(name)
            )
            for name, values in attributes.items()
        ],
        session_index=session.sid,
        authenticated_at=session.auth_time,
        session_until=session.auth_time + settings().sessions.longest,
        context=names.TWO_FACTORS if "mfa" in session.amr else names.PASSWORD,
    )


def signed_response(answer: "Answer", registered: SamlService, now: int) -> Any:
    """The Response: signed, and encrypted if the registration and the metadata say so."""
    registration, provider = registered.registration, registrations.provider(registered)
    readable = provider.encryption[:1] if registration.encrypt else ()
    protection = responses.Protection(
        certificates.signer(registration.signature, now),
        registration.sign_response,
        x509.load_der_x509_certificate(readable[0]) if readable else None,
    )
    return responses.response(answer, protection, new_id(), new_id(), now)


def new_id() -> str:
    """The ID of a message: 160 random bits (saml-core §1.3.4)."""
    return f"_{secrets.token_hex(20)}"


def _format(request: AuthnRequest, registered: SamlService) -> str:
    registration = registered.registration
    if request.name_id_format in (None, names.UNSPECIFIED) and registration.name_id is not None:
        return FORMATS[registration.name_id]
    return authn_request.name_id_format(request, registrations.provider(registered))
