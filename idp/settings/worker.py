"""Settings of the worker."""

from pydantic import Field

from idp.settings.sections import Section


class Worker(Section):
    """What a worker process does at the same time. Each thread holds a database connection once it has worked."""

    mails: int = Field(
        4,
        ge=1,
        le=32,
        description="Mails sent at the same time, each on a connection of its own to the SMTP server.",
    )
    sms: int = Field(2, ge=1, le=32, description="SMS sent at the same time.")
    notices: int = Field(
        12,
        ge=2,
        le=64,
        description="Logout notices sent at the same time; at most half of them try services that do not answer.",
    )
    jobs: int = Field(
        3,
        ge=1,
        le=16,
        description="Jobs run at the same time; one of them is always a short one (letters, acts on many people) unless only one may run.",
    )
