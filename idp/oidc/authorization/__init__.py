"""From an authorization request to its response."""
