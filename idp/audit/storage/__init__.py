"""Tables and statements of the audit trail: records (`records.py`) and their seals (`seals.py`)."""

from idp.audit.storage.chain import purge as purge
from idp.audit.storage.records import Event as Event
from idp.audit.storage.records import append as append
from idp.audit.storage.records import history as history
from idp.audit.storage.records import search as search
from idp.audit.storage.seals import seal_lag as seal_lag
from idp.audit.storage.tables import AuditHead as AuditHead
from idp.audit.storage.tables import AuditRecord as AuditRecord
from idp.audit.storage.tables import AuditSeal as AuditSeal
