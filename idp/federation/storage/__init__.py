"""Tables and statements of login through other providers."""
