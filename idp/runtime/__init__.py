"""Context of requests, and processes of the server."""
