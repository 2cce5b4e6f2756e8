"""A provider behind a real address."""

from tests.peers.conftest import served  # noqa: F401
