"""Client registrations and client authentication."""
