"""Config OP: the discovery document and its keys (OIDC Discovery §3, RFC 8414 §2)."""

import pytest
from flask import Flask

from tests.conformance.metadata import PUBLISHED, checked_metadata


@pytest.mark.settings(server={"issuer": PUBLISHED})
def test_discovery_endpoint_verification(app: Flask) -> None:
    metadata = checked_metadata(app)
    assert metadata["response_types_supported"] == ["code"]
    assert "authorization_code" in metadata["grant_types_supported"]
