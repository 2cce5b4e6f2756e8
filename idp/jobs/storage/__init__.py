"""Tables and statements of long work."""
