"""The demonstration."""

from tests.journeys.conftest import demo  # noqa: F401
