"""The console: acts of a school and the academy on people, services, keys and the audit trail."""
