"""Pure rules of the audit trail."""
