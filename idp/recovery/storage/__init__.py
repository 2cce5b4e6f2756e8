"""Tables and statements of the recovery room."""
