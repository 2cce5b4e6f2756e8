"""Examples that Hypothesis makes: those of one test are the same in every run, and none is late. A pytest plugin.

A fault that one run in a hundred meets is looked for by more examples, not by luck; and how long an example takes says how
busy the machine is.
"""

from hypothesis import settings

settings.register_profile("suite", derandomize=True, database=None, deadline=None)
settings.load_profile("suite")
