"""When signing keys are published and replaced."""

from pydantic import Field

from idp.settings.sections import Section


class Keys(Section):
    """Signing keys."""

    jwks_cache: int = Field(
        3600,
        ge=60,
        description="Seconds that relying parties may cache the JWKS; keys are published this long before use.",
    )
    signing_days: int = Field(90, ge=1, description="Days for which a key signs before its successor.")
