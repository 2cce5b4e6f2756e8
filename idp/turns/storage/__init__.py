"""Tables and statements of the line."""
