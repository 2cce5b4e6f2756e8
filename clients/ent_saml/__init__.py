"""An ENT as regions have it: a service provider of SAML 2.0, by PyPI's python3-saml, without a line of the provider."""
