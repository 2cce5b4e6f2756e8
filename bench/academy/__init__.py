"""Measurements of a whole academy, by name: `python -m bench.academy plans`.

A part is a module of this package with `run(arguments)`: the words that follow its name → lines, printed as they come.
"""

PARTS = ("plans", "fifty_logins", "deliveries", "retention", "vacuum", "storm", "search", "large_base")
