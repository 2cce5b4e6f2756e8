"""Pure rules of acts on an account."""
