"""Tables and statements of the sign-in room."""
