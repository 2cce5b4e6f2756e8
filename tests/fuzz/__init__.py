"""Endpoints and pages against arbitrary input: no 500, no leak, no redirect to an unregistered address."""
