"""Tables and statements of the recovery package."""
