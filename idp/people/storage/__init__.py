"""Tables and statements of the people room."""
