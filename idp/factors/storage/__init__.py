"""Tables and statements of second factors."""
