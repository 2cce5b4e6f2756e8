"""Every table: importing this module registers all of them with `db`.

Migrations and pages need no complete list; documents and tests do.
"""

from idp.answers.storage import tables as answer_tables
from idp.audit.storage import tables as audit_tables
from idp.cas.storage import tables as cas_tables
from idp.console.storage import tables as console_tables
from idp.factors.storage import tables as factor_tables
from idp.federation.storage import tables as federation_tables
from idp.imports.storage import tables as import_tables
from idp.jobs.storage import tables as job_tables
from idp.limits.storage import rate_limits, used_once
from idp.messages.storage import destinations, outbox
from idp.oidc.storage import tables as oidc_tables
from idp.people.storage import tables as people_tables
from idp.privacy.storage import tables as privacy_tables
from idp.recovery.storage import tables as recovery_tables
from idp.saml.storage import tables as saml_tables
from idp.schools.storage import tables as school_tables
from idp.services.storage import tables as service_tables
from idp.signin.storage import tables as signin_tables
from idp.turns.storage import tracks
from idp.upstream_saml.storage import tables as upstream_tables

TABLES = (
    answer_tables,
    audit_tables,
    cas_tables,
    console_tables,
    factor_tables,
    federation_tables,
    import_tables,
    job_tables,
    destinations,
    outbox,
    rate_limits,
    used_once,
    oidc_tables,
    people_tables,
    privacy_tables,
    recovery_tables,
    saml_tables,
    school_tables,
    service_tables,
    signin_tables,
    tracks,
    upstream_tables,
)
