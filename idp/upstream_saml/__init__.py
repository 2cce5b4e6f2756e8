"""Login through identity providers of SAML 2.0: here we are the service provider."""
