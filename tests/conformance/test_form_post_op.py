"""Form Post OP: the modules of Basic OP, each with response_mode=form_post (OAuth 2.0 Form Post Response Mode).

The tests are the same; `RelyingParty.answer` then asks for a page whose plain form is posted to the callback, and that no
address on the way has held a code or an error.
"""

import pytest

from tests.browser.conftest import Desk
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
from tests.conformance.window import open_for_business
from tests.conftest import Serve
from tests.peers.conftest import Served


@pytest.fixture
def response_mode() -> str:
    return "form_post"


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_browser_posts_the_form_to_the_callback(
    served: Served, serve: Serve, desk: Desk, script: bool
) -> None:
    """§2: by itself, and where scripts are off by the page's button: POST, form-encoded, nothing in the address."""
    party = open_for_business(served, serve)
    page = desk.window(java_script_enabled=script)
    page.goto(party.request(response_mode="form_post", state="the state"))
    party.passes(page)
    if not script:
        page.get_by_role("button", name="Continuer", exact=True).click()
    page.wait_for_url(f"{party.address}/callback")
    (posted,) = party.posted
    assert posted["type"] == "application/x-www-form-urlencoded" and posted["query"] == ""
    assert posted["form"].keys() == {"code", "state", "iss", "session_state"}
    assert posted["form"]["state"] == "the state" and posted["form"]["iss"] == served.issuer
