"""How large each table is at an academy of 400,000 people, and which statements may read many rows for all that.

A table in neither list fails the run, so that a new one is judged when it is made.
"""

LARGE = {
    # People and their accounts: they stay for years after their last enrolment.
    "persons": 400_000,
    "accounts": 400_000,
    "source_records": 400_000,
    "name_words": 120_000,
    "name_pieces": 1_000_000,
    "enrolments": 150_000,
    "guardianships": 250_000,
    "contact_changes": 20_000,
    "erasure_requests": 5_000,
    "username_counters": 250_000,
    # Ways in, a few to an account.
    "known_devices": 800_000,
    "passkeys": 100_000,
    "passkey_handles": 100_000,
    "authenticator_apps": 20_000,
    "recovery_codes": 200_000,
    "federated_identities": 100_000,
    # Logins: the rows of a month, or of as long as they are kept.
    "sessions": 2_000_000,
    "federated_sessions": 300_000,
    "federated_logouts": 20_000,
    "waiting_identities": 20_000,
    "mail_links": 300_000,
    "identifications": 20_000,
    "grants": 4_000_000,
    "access_tokens": 4_000_000,
    "refresh_families": 500_000,
    "consents": 400_000,
    "participants": 1_000_000,
    "cas_tickets": 1_000_000,
    "pushed_requests": 100_000,
    "device_requests": 10_000,
    "used_once": 500_000,
    # What visitors cause, and what leaves.
    "throttles": 200_000,
    "sendings": 100_000,
    "rate_limits": 200_000,
    "place_budgets": 100_000,
    "kept_answers": 200_000,
    "sent_forms": 200_000,
    "outbox": 1_000_000,
    "audit": 20_000_000,
    "audit_seals": 2_000_000,
    "network_attempts": 200_000,
    # Schools' doubtful records, imports and jobs: some each day at each school.
    "import_decisions": 20_000,
    "import_texts": 10_000,
    "imports": 20_000,
    "login_days": 300_000,
    "jobs": 20_000,
    "job_files": 10_000,
}
"""Table → rows."""

SMALL = {
    "alembic_version": "one row",
    "generations": "one row",
    "sign_in_tracks": "web processes of today",
    "counted": "a row for each count",
    "audit_head": "one row",
    "failing_destinations": "services, mail servers and gateways that do not respond",
    "schools": "three hundred",
    "brands": "one for each school, and the academy's",
    "brand_logos": "one for each school, and the academy's",
    "family_notes": "one for each school, and the academy's",
    "clients": "some tens of services",
    "services": "some tens of services of CAS and SAML",
    "saml_refreshes": "one for each service whose metadata has an address",
    "upstream_metadata": "one for each upstream of SAML whose metadata has an address",
    "saml_certificates": "one for some years, and its next",
    "signing_keys": "a few for each algorithm, for some months",
    "initial_access_tokens": "as many as the academy has made by hand",
    "approvals": "acts of the academy that want two people",
    "staff_posts": "heads of schools, whom they have lent rights to, and the academy's own",
    "delegations": "some for each school",
    "import_files": "files of imports that wait for their school: deleted when the import is written or dropped",
    "import_digests": "one for each school",
}
"""Table → why it stays small."""

_DISTINCT = {
    "kind": 3,
    "state": 8,
    "present": 2,
    "purpose": 4,
    "school_id": 300,
    "client_id": 30,
    "service_id": 30,
    "issuer": 5,
    "delivered_at": 500_000,
    "given_up_at": 100,
    "act": 60,
    "day": 700,
    "piece": 9_000,
    "status": 3,
}
"""Column → its different values, where these are few. Other columns of an index: four rows to a value."""
_ROWS_TO_A_VALUE = 4

ALLOWED: dict[str, frozenset[str]] = {
    # Sorting three hundred schools by progress counts every pupil: asked for by a click, and never by the worker.
    "idp/console/storage/numbers.py of_every_school": frozenset({"SCAN enrolments", "SCAN accounts"}),
    # A service that leaves: rare, and an index of the grants by client would cost each login.
    "idp/oidc/storage/grants.py revoke_client": frozenset({"SCAN grants"}),
    # The newest jobs of all schools: along the key, a page.
    "idp/jobs/storage/jobs.py listed": frozenset({"SCAN jobs"}),
}
"""Function → the findings that it may have; the reason stands above each."""


def rows_of_index(table: str, index: tuple[tuple[str, ...], bool]) -> list[int]:
    """How many rows one value of the first column has, of the first two, … `index`: (columns, whether it is unique)."""
    columns, unique = index
    rows, averages = LARGE[table], []
    for column in columns:
        rows = max(1, rows // _DISTINCT[column]) if column in _DISTINCT else min(rows, _ROWS_TO_A_VALUE)
        averages.append(rows)
    if unique:
        averages[-1] = 1
    return averages
