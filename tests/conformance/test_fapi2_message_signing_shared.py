"""FAPI 2.0 Message Signing, final: the modules of the Security Profile, by clients that sign each request.

The tests are the same; `FapiClient.form` then makes an object of the parameters, under an RSA key.
"""

import pytest

from tests.conformance.test_fapi2_security_profile import (  # noqa: F401
    test_discovery_end_point_verification,
    test_ensure_authorization_request_with_64_char_nonce_success,
    test_ensure_authorization_request_with_long_nonce,
    test_ensure_authorization_request_with_long_state,
    test_ensure_authorization_request_without_nonce_success,
    test_ensure_authorization_request_without_state_success,
    test_ensure_different_nonce_inside_and_outside_request_object,
    test_ensure_different_state_inside_and_outside_request_object,
    test_ensure_other_scope_order_succeeds,
    test_ensure_redirect_uri_in_authorization_request,
    test_ensure_registered_redirect_uri,
    test_ensure_request_object_without_redirect_uri_fails,
    test_ensure_response_type_code_idtoken_fails,
    test_ensure_response_type_token_fails,
    test_ensure_unsigned_authorization_request_without_using_par_fails,
    test_happy_flow,
    test_plain_fapi_tolerate_unregistered_redirect_uri,
    test_state_only_outside_request_object_not_used,
    test_test_claims_parameter_identity_claims,
    test_user_rejects_authentication,
)
from tests.conformance.test_fapi2_security_profile_dpop import (  # noqa: F401
    test_access_token_type_header_case_sensitivity,
    test_check_dpop_proof_nbf_exp,
    test_dpop_negative_tests,
    test_ensure_dpop_auth_code_binding_success,
    test_ensure_dpopproof_at_par_endpoint_binding_success,
    test_ensure_dpopproof_with_iat_10seconds_after_succeeds,
    test_ensure_dpopproof_with_iat_10seconds_before_succeeds,
    test_ensure_mismatched_dpop_jkt_fails,
    test_ensure_token_endpoint_fails_with_mismatched_dpop_jkt,
    test_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt,
)
from tests.conformance.test_fapi2_security_profile_par import (  # noqa: F401
    test_ensure_pkce_code_verifier_required,
    test_incorrect_pkce_code_verifier_rejected,
    test_par_attempt_invalid_http_method,
    test_par_attempt_reuse_request_uri,
    test_par_attempt_to_use_expired_request_uri,
    test_par_attempt_to_use_request_uri_for_different_client,
    test_par_authorization_request_containing_request_uri_form_param,
    test_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted,
    test_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails,
    test_par_ensure_pkce_required,
    test_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds,
    test_par_plain_pkce_rejected,
    test_par_test_array_as_audience_fails,
    test_par_test_par_endpoint_url_as_audience_fails,
    test_par_test_token_endpoint_url_as_audience_fails,
    test_par_without_duplicate_parameters,
)
from tests.conformance.test_fapi2_security_profile_tokens import (  # noqa: F401
    test_attempt_reuse_authorization_code_after_one_second,
    test_ensure_authorization_code_is_bound_to_client,
    test_ensure_client_assertion_in_token_endpoint,
    test_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails,
    test_ensure_client_assertion_with_no_sub_fails,
    test_ensure_client_assertion_with_wrong_aud_fails,
    test_ensure_client_id_in_token_endpoint,
    test_ensure_holder_of_key_required,
    test_ensure_signed_client_assertion_with_RS256_fails,
    test_ensure_token_endpoint_fails_with_expired_auth_code,
    test_refresh_token,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""One engine will do: what differs from the plan before is not in any table."""


@pytest.fixture
def profile() -> str:
    return "fapi2-message-signing"
