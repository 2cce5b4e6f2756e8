"""Private keys: generation, sealing, rotation, keyrings. Does not depend on the provider; see README.md."""
