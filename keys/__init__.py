"""All that touches private keys. Knows nothing of the provider; see README.md beside this file."""
