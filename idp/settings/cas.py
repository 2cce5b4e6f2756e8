"""Settings of the CAS protocol."""

from pydantic import Field

from idp.settings.sections import Section


class Cas(Section):
    """The CAS protocol."""

    ticket: int = Field(
        10,
        ge=2,
        le=300,
        description="Seconds a service or proxy ticket of CAS lives: the way from the browser to the service's validation.",
    )
