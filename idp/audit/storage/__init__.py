"""Tables and statements of the audit trail: records (`records.py`), their seals (`seals.py`) and the chain of both (`chain.py`)."""
