"""Each setting: name, type, unit, default and reason, declared once.

`config.example.toml` and docs/configuration.md are written from these declarations.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

EXAMPLE_SECRET = "change-me"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(Section):
    """Where the provider is and how it is served."""

    issuer: str = Field(
        "http://localhost:8000",
        pattern=r"^https?://[^/?#]+$",
        description="Public address of the provider, no slash at the end. Every link and token bears it; the request's Host is never used.",
    )
    mode: Literal["production", "development"] = Field(
        "production",
        description="production refuses plain http, example secrets and debug; development allows them on one's own machine.",
    )
    host: str = Field(
        "127.0.0.1", description="Address to listen on. A reverse proxy with TLS stands in front."
    )
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="Processes. One a core; all state is in the database.")
    threads: int = Field(
        8, ge=1, le=64, description="Threads a process, so that password hashing does not hold up the rest."
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=4,
        description="Reverse proxies in front whose X-Forwarded-For is believed, counted from the last.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Lowest level written to the log."
    )


class Database(Section):
    """Where everything is kept."""

    url: str = Field(
        "sqlite:///var/idp.sqlite3",
        description="sqlite:///relative/path, sqlite:////absolute/path or postgresql+psycopg://user@host/name.",
    )


class Secrets(Section):
    """Keys of the house. Give them in files (…_FILE); they are never in the database."""

    secret_key: str = Field(
        EXAMPLE_SECRET,
        repr=False,
        min_length=8,
        description="Signs browser cookies and keys short digests. 32 random bytes, URL-safe base64.",
    )
    master_key: str = Field(
        EXAMPLE_SECRET,
        repr=False,
        description="Seals the signing keys in the database (AES-256-GCM). 32 random bytes, URL-safe base64; commas between an old and a new one.",
    )
    pairwise_key: str = Field(
        EXAMPLE_SECRET,
        repr=False,
        min_length=8,
        description="Makes every pairwise sub. 32 random bytes; must NEVER change, or every service loses its users.",
    )


class Service(Section):
    """What people read on the pages."""

    name: str = Field("EduConnect du collège", description="Name of the service on every page and mail.")
    school_office: str = Field(
        "le secrétariat de votre établissement",
        description="Whom a family turns to; stands in every refusal that only the school can mend.",
    )
    support_mail: str = Field("", description="Address of the help desk; empty: none is shown.")
    portal_url: str = Field(
        "http://localhost:8001", description="Where people go who arrive without a service."
    )
    accent: str = Field(
        "#0b5563",
        pattern=r"^#[0-9a-fA-F]{6}$",
        description="Main colour of the pages; must keep 4.5:1 against white.",
    )
    logo_url: str = Field(
        "", description="Logo at the head of pages; empty: the name alone. No mark of the State."
    )
    timezone: str = Field("Europe/Paris", description="By which clock people read moments.")
    languages: list[str] = Field(
        ["fr", "en"], min_length=1, description="Languages offered, the first is the default."
    )


class Sessions(Section):
    """Single sign-on sessions and pending requests."""

    idle: int = Field(1800, ge=60, description="Seconds without use after which a session ends.")
    longest: int = Field(
        28800,
        ge=300,
        le=172800,
        description="Seconds after which a session ends in any case: while it lasts, a logout knows whom to tell.",
    )
    pending: int = Field(
        3600, ge=300, description="Seconds that a relying party's request waits for the person."
    )


class SignIn(Section):
    """How much is asked at the door."""

    staff_second_factor: bool = Field(
        True,
        description="Two steps for the staff at every login; whoever has no passkey or authenticator yet sets one up first.",
    )
    new_device_check: bool = Field(
        True,
        description="Guardians and pupils give a birth date at the first login from a browser that is not known yet.",
    )
    confirmation: int = Field(
        300, ge=60, description="Seconds for which a password given again opens changes that matter."
    )


class Recovery(Section):
    """Self-activation, and the ways back to a lost username or password."""

    waits: int = Field(3600, ge=600, description="Seconds that the pages wait for the person.")
    mail_link: int = Field(3600, ge=600, description="Seconds that the link of a recovery mail lives.")
    sms_code: int = Field(600, ge=120, description="Seconds that the code of an SMS lives.")
    code_tries: int = Field(5, ge=1, description="Wrong codes before one has to begin again.")
    sends: int = Field(3, ge=1, description="Codes that one page may ask for within an hour.")
    mails_an_hour: int = Field(5, ge=1, description="Recovery mails to one address within an hour.")


class Passwords(Section):
    """What a chosen password must be, per kind of person; provisional passwords."""

    adult_length: int = Field(
        12, ge=8, description="Least characters for guardians and staff, with 3 classes of 4."
    )
    adult_passphrase: int = Field(
        16, ge=12, description="From this length on, classes are not asked of guardians and staff."
    )
    pupil_length: int = Field(10, ge=8, description="Least characters for pupils, with 3 classes of 4.")
    adult_strength: int = Field(
        3,
        ge=0,
        le=4,
        description="Least strength of guardians' and staff's passwords, by zxcvbn: 3 is beyond 10^8 guesses, 4 beyond 10^10; 0 asks nothing.",
    )
    pupil_strength: int = Field(
        2,
        ge=0,
        le=4,
        description="The same for pupils: 2 is beyond 10^6 guesses, which the closed doors make years.",
    )
    breached_filter: str = Field(
        "",
        description="File of breached passwords, made by `idp passwords build-filter`; empty: the bundled list alone.",
    )
    provisional_length: int = Field(
        12, ge=10, description="Characters of the provisional password of a letter."
    )
    letter_days: int = Field(90, ge=1, description="Days after which an unused letter dies.")
    mail_link: int = Field(
        86400, ge=600, description="Seconds that the link and code of an activation mail live."
    )
    identity_tries: int = Field(3, ge=1, description="Wrong birth dates before the school has to help.")


class Imports(Section):
    """What a school's base may do to the people here."""

    gone_percent: int = Field(
        20,
        ge=1,
        le=100,
        description="More pupils gone than this, in percent, and somebody has to say that it is right.",
    )
    undo_hours: int = Field(24, ge=1, description="Hours in which an import can be undone.")
    largest_file: int = Field(
        100_000_000,
        ge=1_000_000,
        description="Bytes of the largest request that brings files; a lycée's are 15 million.",
    )


class Console(Section):
    """How the school's and the academy's people work."""

    four_eyes: list[Literal["merge", "export", "keys"]] = Field(
        [], description="Acts that a second administrator must agree to: merge, export, keys."
    )
    files_kept: int = Field(3600, ge=300, description="Seconds that printed letters can be downloaded again.")
    secret_overlap_days: int = Field(
        7, ge=0, le=90, description="Days that a service's old secret works beside its new one."
    )
    audit_days: int = Field(365, ge=30, description="Days that the record of acts is kept.")
    history_years: int = Field(
        1, ge=1, description="Years after which the account of somebody who has left is erased."
    )


class Hashing(Section):
    """Argon2id, and the bounded lane it runs in."""

    time_cost: int = Field(2, ge=1, description="Argon2id passes.")
    memory_cost: int = Field(19456, ge=8, description="Argon2id memory, KiB.")
    parallelism: int = Field(1, ge=1, description="Argon2id lanes.")
    at_once: int = Field(1, ge=1, description="Hashes that one process computes at the same time.")
    waiting: int = Field(
        3,
        ge=0,
        description="Logins that may wait for their turn in one process; keep it well below server.threads, so that tokens and single sign-on go on.",
    )
    patience: float = Field(
        5.0, gt=0, description="Seconds a login waits for its turn before it is asked to come back."
    )


class Throttling(Section):
    """Guessing, slowed down."""

    failures: int = Field(5, ge=1, description="Failures before an account's doors close for a while.")
    first_lock: int = Field(
        300, ge=1, description="Seconds of the first lock; each further one is twice as long."
    )
    longest_lock: int = Field(3600, ge=1, description="Seconds of the longest lock.")
    per_address: int = Field(
        100, ge=1, description="Failures from one network address within an hour before it has to wait."
    )
    per_network: int = Field(
        1000,
        ge=1,
        description="The same for a whole network (IPv4 /24, IPv6 /48): a school's own stays well below.",
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
        90, ge=10, le=599, description="Seconds in which a pushed authorization request is opened (RFC 9126)."
    )
    device_code: int = Field(
        600, ge=60, le=1800, description="Seconds in which a device's code is typed and agreed to (RFC 8628)."
    )
    access: int = Field(600, ge=60, description="Seconds an access token lives.")
    id_token: int = Field(600, ge=60, description="Seconds an ID token is valid.")
    refresh_idle: int = Field(1209600, ge=60, description="Seconds after which an unused refresh token dies.")
    refresh_longest: int = Field(
        7776000, ge=60, description="Seconds after which a refresh family ends in any case."
    )
    refresh_grace: int = Field(
        20,
        ge=0,
        le=300,
        description="Seconds in which the direct predecessor gets the same successor again (a lost answer).",
    )


class Keys(Section):
    """Signing keys."""

    jwks_cache: int = Field(
        3600,
        ge=60,
        description="Seconds that relying parties may cache the JWKS; keys are published this long before use.",
    )
    signing_days: int = Field(90, ge=1, description="Days a key signs before the next takes over.")
