"""Long work: asked for by a page or command, carried out step by step in the worker, on record until it is old."""
