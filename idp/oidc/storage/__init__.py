"""Tables and statements of OpenID Connect."""
