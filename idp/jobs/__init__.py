"""Long work: requested by a page or command, run step by step in the worker, stored until it is purged."""
