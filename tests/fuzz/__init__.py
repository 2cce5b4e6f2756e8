"""Endpoints and pages against whatever comes: no accident, no leak, no redirect to a stranger."""
