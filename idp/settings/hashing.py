"""How passwords are hashed."""

from pydantic import Field

from idp.settings.sections import Section


class Hashing(Section):
    """Argon2id, and the bounded pool in which it runs."""

    time_cost: int = Field(2, ge=1, description="Argon2id passes.")
    memory_cost: int = Field(19456, ge=8, description="Argon2id memory, KiB.")
    parallelism: int = Field(1, ge=1, description="Argon2id degree of parallelism.")
    at_once: int = Field(1, ge=1, description="Hashes that one process computes at the same time.")
    waiting: int = Field(
        3,
        ge=0,
        description="Logins that may queue in a process; the next one opens the line, in which people wait for a turn before they type.",
    )
    patience: float = Field(5.0, gt=0, description="Seconds that a login queues before a retry.")
    niceness: int = Field(
        5,
        ge=0,
        le=19,
        description="How far hashes give way to other work on a busy core (Linux): at 5 they take a quarter of it, at 0 half; an idle core is theirs.",
    )
