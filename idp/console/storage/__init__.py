"""Tables and statements of the console."""
