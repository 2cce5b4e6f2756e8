"""Tables and statements of the people package."""
