"""`make bench`: how fast the provider is, beside npm's oidc-provider, in one run."""
