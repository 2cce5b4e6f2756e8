"""Services that people sign in to, independent of the protocol."""
