"""A provider at a real address."""

from tests.peers.conftest import served  # noqa: F401
