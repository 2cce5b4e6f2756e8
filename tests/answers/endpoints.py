"""Endpoints with POST that are no forms of pages."""

MACHINES = {
    "cas.begin_by_form",
    "cas.proxy",
    "cas.proxy_validate",
    "cas.saml_validate",
    "cas.service_validate",
    "cas.validate_in_two_lines",
    "federation_notices.logout",
    "oidc.begin_by_form",
    "oidc.device_authorization",
    "oidc.introspect",
    "oidc.push",
    "oidc.register",
    "oidc.configure",
    "oidc.revoke",
    "oidc.token",
    "oidc.userinfo",
    "saml.begin_by_form",
    "saml.logout_by_soap",
    "upstream_saml.consume",
    "upstream_saml.logout_by_soap",
}
"""Spoken to by services and their forms, never by a page of ours."""


BY_SCRIPT = {"account.passkey", "account.passkey_options", "signin.passkey", "signin.passkey_options"}
"""Answered to a script, in JSON."""
