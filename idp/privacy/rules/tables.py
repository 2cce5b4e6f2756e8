"""What of the database is in the report on a person. Each table stands in one of these two lists; a test compares them with the tables."""

EXPORTED: dict[str, frozenset[str]] = {
    "accounts": frozenset(
        {
            "id",
            "person_id",
            "subject",
            "password_hash",
            "provisional_digest",
            "credentials_generation",
            "passkey_offer_answered_at",
        }
    ),
    "audit": frozenset({"id", "subject", "seal", "position"}),
    "authenticator_apps": frozenset({"account_id", "sealed_secret", "last_step"}),
    "cas_tickets": frozenset(
        {
            "digest",
            "kind",
            "account_id",
            "sid",
            "url",
            "proxies",
            "auth_time",
            "is_new_login",
            "generation",
            "expires_at",
        }
    ),
    "consents": frozenset({"account_id"}),
    "contact_changes": frozenset({"id", "account_id"}),
    "delegations": frozenset({"id", "person_id", "given_by"}),
    "enrolments": frozenset({"id", "pupil_id"}),
    "erasure_requests": frozenset({"id", "account_id", "answered_by"}),
    "federated_identities": frozenset({"account_id", "subject"}),
    "grants": frozenset(
        {
            "id",
            "code_digest",
            "account_id",
            "sid",
            "redirect_uri",
            "asked_scope",
            "nonce",
            "code_challenge",
            "claims",
            "auth_time",
            "acr",
            "amr",
            "code_expires_at",
            "resources",
            "dpop_jkt",
            "generation",
            "review_at",
        }
    ),
    "guardianships": frozenset({"id", "guardian_id", "pupil_id"}),
    "identifications": frozenset(
        {
            "id",
            "browser",
            "language",
            "login",
            "code_digest",
            "code_expires_at",
            "tries",
            "sends",
            "candidates",
            "account_id",
            "generation",
            "finished_at",
            "expires_at",
        }
    ),
    "import_decisions": frozenset(
        {"id", "kind", "source_id", "person_id", "left_out", "record", "decided_by"}
    ),
    "known_devices": frozenset({"browser", "account_id"}),
    "mail_links": frozenset({"digest", "code_digest", "account_id", "expires_at", "replaced_at"}),
    "participants": frozenset(
        {"id", "sid", "account_id", "protocol", "session_index", "address", "expires_at"}
    ),
    "passkeys": frozenset({"credential_id", "account_id", "public_key", "sign_count"}),
    "persons": frozenset({"id", "family_folded", "first_folded", "erased_at"}),
    "recovery_codes": frozenset({"digest", "account_id"}),
    "schools": frozenset({"id", "uai", "degree", "office", "school_year", "imported_at", "csv_mapping"}),
    "sessions": frozenset(
        {"digest", "sid", "account_id", "generation", "device_known", "confirmed_at", "auth_time"}
    ),
    "source_records": frozenset({"id", "kind", "person_id"}),
    "staff_posts": frozenset({"id", "person_id", "granted_by"}),
}
"""Table of the report → its columns that are left out: numbers and digests of the machinery, what opens the account, what only
expresses another column again, and names of the staff. Every other column is in the report."""

_NOT_A_PERSON = "no row is about a person"
_STRANGERS = "a digest with a count: nobody can tell whose it is"
_SOON_GONE = "sealed for one browser, and gone within minutes"
_SERVICES_OWN = "follows from an agreement or visit that is in the report, and holds digests alone"

LEFT_OUT: dict[str, str] = {
    "access_tokens": _SERVICES_OWN,
    "approvals": "names people in the text of an act of the academy; the act itself is in their history",
    "audit_head": _NOT_A_PERSON,
    "audit_seals": "hashes of the record, which is in the report",
    "brand_logos": _NOT_A_PERSON,
    "brands": _NOT_A_PERSON,
    "clients": _NOT_A_PERSON,
    "counted": _NOT_A_PERSON,
    "device_requests": "the request of a device, of nobody until its person agrees; gone within the hour",
    "failing_destinations": _NOT_A_PERSON,
    "federated_logouts": "a logout under way at another provider; it names nobody",
    "federated_sessions": "a sealed ID token for the logout at another provider; the session is in the report",
    "family_notes": _NOT_A_PERSON,
    "generations": _NOT_A_PERSON,
    "import_digests": _NOT_A_PERSON,
    "import_files": "the files of a school until it has written them; what was written is in the report",
    "import_texts": "the school's reading of a damaged text; the text itself is in the report",
    "imports": "the preview of a whole school, a month at most; what was written is in the report",
    "initial_access_tokens": _NOT_A_PERSON,
    "job_files": "letters of whole classes, sealed, some days; that a letter was printed is in the history",
    "jobs": "work on whole schools; what was done to a person is in their history",
    "kept_answers": _SOON_GONE,
    "login_days": _NOT_A_PERSON,
    "name_pieces": "pieces of words of all names, for the search of the console; they name nobody",
    "name_words": "each word of all names once, for the search of the console; it goes with its last bearer",
    "network_attempts": _STRANGERS,
    "outbox": "empty once a message has left, and gone a day later; what was sent is in the history and among the messages",
    "passkey_handles": "a random number that an authenticator presents instead of the person; it would help to open the account",
    "place_budgets": _STRANGERS,
    "pushed_requests": "the request of a service, of nobody until a person signs in; gone within the hour",
    "rate_limits": _STRANGERS,
    "refresh_families": _SERVICES_OWN,
    "saml_certificates": _NOT_A_PERSON,
    "saml_refreshes": _NOT_A_PERSON,
    "sendings": _STRANGERS,
    "sent_forms": _SOON_GONE,
    "services": _NOT_A_PERSON,
    "sign_in_tracks": _NOT_A_PERSON,
    "signing_keys": _NOT_A_PERSON,
    "throttles": _STRANGERS,
    "upstream_metadata": _NOT_A_PERSON,
    "used_once": "digests of what must not be used twice; they name nobody",
    "username_counters": "the highest number of a form of username; it names nobody",
    "waiting_identities": "an identity of another provider of which nobody has proved yet whose it is; gone within the hour",
}
"""Table that is not in the report → the reason."""
