import pytest

pytest.register_assert_rewrite(
    "tests.conformance.checks",
    "tests.conformance.fapi_client",
    "tests.conformance.window",
    "tests.conformance.registrations",
    "tests.conformance.suite",
)
