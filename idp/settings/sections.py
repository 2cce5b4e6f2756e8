"""Each setting: name, type, unit, default and reason, declared once.

`config.example.toml` and docs/configuration.md are written from these declarations.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from idp.durations import DAY

EXAMPLE_SECRET = "change-me"


class Section(BaseModel):
    # The validator of all settings contains those of the sections: each is built once, not twice.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Server(Section):
    """The address of the provider, and how it is served."""

    issuer: str = Field(
        "http://localhost:8000",
        pattern=r"^https?://[^/?#]+$",
        description="Public address of the provider, no slash at the end. Used in every link and token; the request's Host header is never used.",
    )
    mode: Literal["production", "development"] = Field(
        "production",
        description="production refuses plain http, example secrets and debug; development allows them on one's own machine.",
    )
    host: str = Field(
        "127.0.0.1", description="Address to listen on. A reverse proxy with TLS stands in front."
    )
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(
        1, ge=1, le=64, description="Web processes, usually one per core; all state is in the database."
    )
    threads: int = Field(
        8,
        ge=1,
        le=64,
        description="Slots of a process: requests that work at the same time, each with a database connection. Three eighths serve the protocol's endpoints and single sign-on alone.",
    )
    frozen_after: float = Field(
        10.0,
        # The server gives up on workers that end within 5.5 s of their start.
        ge=6,
        le=300,
        description="Seconds after which a web worker or deliverer without progress is killed and replaced.",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=4,
        description="Number of trusted reverse proxies in front (X-Forwarded-For, counted from the last).",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Lowest level written to the log."
    )
    log_format: Literal["text", "json"] = Field(
        "text",
        description="json: each log line is a JSON object, and each request has a line (no path, no address, no person).",
    )


class Database(Section):
    """The database."""

    url: str = Field(
        "sqlite:///var/idp.sqlite3",
        pattern=r"^(sqlite:///.+|postgresql\+psycopg://.+)$",
        description="sqlite:///relative/path, sqlite:////absolute/path or postgresql+psycopg://user@host/name.",
    )
    patience: float = Field(
        4.0,
        ge=0.5,
        le=30,
        description="Seconds that a web request waits for the database, a lock included, before it is answered 503.",
    )
    page_cache: int = Field(8, ge=1, le=8192, description="SQLite: MB of pages that a connection remembers.")
    mmap: int = Field(
        0, ge=0, le=1_000_000, description="SQLite: MB of the file that are read by memory mapping; 0: none."
    )


class Secrets(Section):
    """Secret keys of the provider. Give them in files (…_FILE); they are never in the database."""

    secret_key: str = Field(
        EXAMPLE_SECRET,
        repr=False,
        min_length=8,
        description="Signs browser cookies, and is the key of short digests. 32 random bytes, URL-safe base64.",
    )
    master_key: str = Field(
        EXAMPLE_SECRET,
        repr=False,
        description="Encrypts the signing keys in the database (AES-256-GCM). 32 random bytes, URL-safe base64; for a rotation, an old and a new key separated by a comma.",
    )
    pairwise_key: str = Field(
        EXAMPLE_SECRET,
        repr=False,
        min_length=8,
        description="Derives every pairwise sub. 32 random bytes; must NEVER change, or every service loses its users.",
    )


class Sessions(Section):
    """Single sign-on sessions and waiting requests."""

    idle: int = Field(1800, ge=60, description="Seconds without use after which a session ends.")
    longest: int = Field(
        28800,
        ge=300,
        le=172800,
        description="Seconds after which a session ends in any case; until then a logout can notify its relying parties.",
    )
    pending: int = Field(
        3600, ge=300, description="Seconds that a relying party's request waits for the person."
    )


class SignIn(Section):
    """Which proofs a sign-in asks for."""

    staff_second_factor: bool = Field(
        True,
        description="Staff sign in with two steps every time; a member without a passkey or authenticator sets one up first.",
    )
    new_device_check: bool = Field(
        True,
        description="Guardians and pupils give a birth date at the first login from an unknown browser.",
    )
    confirmation: int = Field(
        300, ge=60, description="Seconds for which a repeated password allows sensitive changes."
    )


class Recovery(Section):
    """Self-activation, and recovery of a lost username or password."""

    waits: int = Field(3600, ge=600, description="Seconds that the pages wait for the person.")
    mail_link: int = Field(3600, ge=600, description="Lifetime in seconds of a recovery link.")
    sms_code: int = Field(600, ge=120, description="Lifetime in seconds of an SMS code.")
    code_tries: int = Field(5, ge=1, description="Wrong codes before a new start.")
    sends: int = Field(3, ge=1, description="Codes of an identification within an hour.")
    mails_an_hour: int = Field(5, ge=1, description="Recovery mails to an address within an hour.")
    contact_delay: int = Field(
        259200,
        ge=0,
        le=604800,
        description="Seconds for which recoveries still use a replaced mail address or number.",
    )


class Passwords(Section):
    """Rules for chosen passwords, per kind of person; provisional passwords."""

    adult_length: int = Field(
        12, ge=8, description="Minimum length for guardians and staff, with 3 of 4 character classes."
    )
    adult_passphrase: int = Field(
        16, ge=12, description="From this length on, guardians and staff need no character classes."
    )
    pupil_length: int = Field(10, ge=8, description="Minimum length for pupils, with 3 of 4 classes.")
    adult_strength: int = Field(
        3,
        ge=0,
        le=4,
        description="Minimum strength for guardians and staff, by zxcvbn: 3 is beyond 10^8 guesses, 4 beyond 10^10; 0 disables the check.",
    )
    pupil_strength: int = Field(
        2,
        ge=0,
        le=4,
        description="The same for pupils: 2 is beyond 10^6 guesses, which take years under the rate limits.",
    )
    breached_filter: str = Field(
        "",
        description="File of breached passwords, created by `idp passwords build-filter`; empty: the bundled list alone.",
    )
    provisional_length: int = Field(
        12, ge=10, description="Characters of the provisional password of a letter."
    )
    letter_days: int = Field(90, ge=1, description="Days after which an unused letter expires.")
    mail_link: int = Field(DAY, ge=600, description="Lifetime in seconds of an activation mail's link.")
    identity_tries: int = Field(3, ge=1, description="Wrong birth dates before the school has to help.")


class Imports(Section):
    """Imports of a school's database."""

    gone_percent: int = Field(
        20,
        ge=1,
        le=100,
        description="Percentage of departed pupils beyond which an import needs an explicit confirmation.",
    )
    undo_hours: int = Field(24, ge=1, description="Hours in which an import can be undone.")
    largest_file: int = Field(
        100_000_000,
        ge=1_000_000,
        description="Largest upload in bytes; a lycée's files have 15 million.",
    )


class Console(Section):
    """The console of schools and of the academy."""

    four_eyes: list[Literal["merge", "export", "keys"]] = Field(
        [], description="Acts that need the approval of a second administrator: merge, export, keys."
    )
    approval_days: int = Field(14, ge=1, le=365, description="Days after which an unapproved act lapses.")
    files_kept: int = Field(3600, ge=300, description="Seconds that printed letters can be downloaded again.")
    secret_overlap_days: int = Field(
        7, ge=0, le=90, description="Days for which a service's old secret stays valid beside its new one."
    )
    audit_days: int = Field(365, ge=30, description="Days for which audit records are stored.")
    history_years: int = Field(
        1, ge=1, description="Years after which the account of a departed person is erased."
    )


class Throttling(Section):
    """Rate limits against guessing."""

    failures: int = Field(5, ge=1, description="Failures before an account refuses sign-ins for a while.")
    first_lock: int = Field(
        300, ge=1, description="Seconds of the first lock; each further lock is twice as long."
    )
    longest_lock: int = Field(3600, ge=1, description="Seconds of the longest lock.")
    per_address: int = Field(
        100, ge=1, description="Failures from a network address within an hour before it is limited."
    )
    per_network: int = Field(
        1000,
        ge=1,
        description="The same for a whole network (IPv4 /24, IPv6 /48); a school's own network stays well below.",
    )
    rows_per_address: int = Field(
        1200,
        ge=10,
        description="Rows of one kind that anonymous visitors may cause from a network address (IPv6: /64) within an hour; ten times as many from the surrounding network. On PostgreSQL, transactions that are open side by side do not see one another: a budget may be exceeded by their number, less one.",
    )
    rows_per_client: int = Field(
        36000,
        ge=100,
        description="Pushed requests and device codes that a client may request within an hour.",
    )


class Tokens(Section):
    """Lifetimes."""

    code: int = Field(
        60,
        ge=5,
        le=600,
        description="Seconds an authorization code lives; never more than 60 for a client under FAPI 2.0.",
    )
    pushed_request: int = Field(
        90, ge=10, le=599, description="Lifetime in seconds of a pushed authorization request (RFC 9126)."
    )
    device_code: int = Field(
        600, ge=60, le=1800, description="Lifetime in seconds of a device code (RFC 8628)."
    )
    access: int = Field(600, ge=60, description="Seconds an access token lives.")
    id_token: int = Field(600, ge=60, description="Seconds an ID token is valid.")
    refresh_idle: int = Field(
        1209600, ge=60, description="Seconds after which an unused refresh token expires."
    )
    refresh_longest: int = Field(
        7776000, ge=60, description="Seconds after which a refresh family ends in any case."
    )
    refresh_grace: int = Field(
        20,
        ge=0,
        le=300,
        description="Seconds in which the direct predecessor gets the same successor again (after a lost response).",
    )
