"""A provider that trusts one private authority, and keys of a service provider as files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import private_authority
from tests.peers.conftest import Served, serving
from tests.served import Address


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(PEM of the authority, PEM of key and certificate of 127.0.0.1 issued by it)."""
    return private_authority.made(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def served(provider_address: Address, authority: tuple[Path, Path]) -> Iterator[Served]:
    outgoing = {"allowed_networks": ["127.0.0.0/8", "::1/128"], "ca_file": str(authority[0])}
    yield from serving(provider_address, outgoing=outgoing)
