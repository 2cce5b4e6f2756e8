"""Tables and statements of the sign-in package."""
