"""Form Post OP: the modules of Basic OP, each with response_mode=form_post (OAuth 2.0 Form Post Response Mode).

The tests are the same; `RelyingParty.answer` then asks for a page whose plain form is posted to the callback, and that no
address on the way has held a code or an error.
"""

import pytest

from tests.conformance.test_basic_op import (  # noqa: F401
    test_alternate_happy_flow,
    test_claims_essential,
    test_claims_locales,
    test_codereuse,
    test_codereuse_30seconds,
    test_display_page,
    test_display_popup,
    test_ensure_post_request_succeeds,
    test_ensure_registered_redirect_uri,
    test_ensure_request_object_with_redirect_uri,
    test_ensure_request_with_acr_values_succeeds,
    test_ensure_request_with_unknown_parameter_succeeds,
    test_ensure_request_with_valid_pkce_succeeds,
    test_ensure_request_without_nonce_succeeds_for_code_flow,
    test_id_token_hint,
    test_idtoken_signature,
    test_idtoken_unsigned,
    test_login_hint,
    test_max_age_1,
    test_max_age_10000,
    test_prompt_login,
    test_prompt_none_logged_in,
    test_prompt_none_not_logged_in,
    test_refresh_token,
    test_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported,
    test_response_type_missing,
    test_scope_address,
    test_scope_all,
    test_scope_email,
    test_scope_phone,
    test_scope_profile,
    test_server,
    test_server_client_secret_post,
    test_ui_locales,
    test_unsigned_request_object_supported_correctly_or_rejected_as_unsupported,
    test_userinfo_get,
    test_userinfo_post_body,
    test_userinfo_post_header,
)


@pytest.fixture
def response_mode() -> str:
    return "form_post"
