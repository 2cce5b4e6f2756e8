"""A Django site with mozilla-django-oidc; it prints its address, and serves until its input ends."""

import json
import sys
import threading
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        pass


def say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def configure(registration: dict[str, Any]) -> None:
    """As the library's documentation has it: the endpoints are copied from the provider's metadata."""
    provider = requests.get(f"{registration['issuer']}/.well-known/openid-configuration", timeout=20).json()
    settings.configure(
        SECRET_KEY="for this test alone",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="pages",
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "mozilla_django_oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "mozilla_django_oidc.middleware.SessionRefresh",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        AUTHENTICATION_BACKENDS=["users.Backend"],
        LOGIN_URL="oidc_authentication_init",
        LOGIN_REDIRECT_URL="/me",
        LOGIN_REDIRECT_URL_FAILURE="/failed",
        LOGOUT_REDIRECT_URL="/bye",
        ALLOW_LOGOUT_GET_METHOD=True,
        OIDC_EXEMPT_URLS=["falls_due"],
        OIDC_OP_AUTHORIZATION_ENDPOINT=provider["authorization_endpoint"],
        OIDC_OP_TOKEN_ENDPOINT=provider["token_endpoint"],
        OIDC_OP_USER_ENDPOINT=provider["userinfo_endpoint"],
        OIDC_OP_JWKS_ENDPOINT=provider["jwks_uri"],
        OIDC_OP_LOGOUT_URL_METHOD="pages.provider_logout",
        OIDC_RP_CLIENT_ID=registration["client_id"],
        OIDC_RP_CLIENT_SECRET=registration["client_secret"],
        OIDC_RP_SIGN_ALGO=registration["id_token_signed_response_alg"],
        OIDC_RP_SCOPES="openid profile email",
        OIDC_TOKEN_USE_BASIC_AUTH=registration["token_endpoint_auth_method"] == "client_secret_basic",
        OIDC_USE_PKCE=True,
        OIDC_STORE_ID_TOKEN=True,
        # Not the library's: where its own pages read it.
        END_SESSION_ENDPOINT=provider["end_session_endpoint"],
    )


def ends_with_its_input(server: Any) -> None:
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    # One thread serves, because the database in memory belongs to one thread.
    server = make_server("127.0.0.1", 0, None, handler_class=Quiet)  # type: ignore[arg-type]
    say({"address": f"http://127.0.0.1:{server.server_port}"})
    configure(json.loads(sys.stdin.readline()))
    server.set_app(get_wsgi_application())
    call_command("migrate", verbosity=0)
    say({"ready": True})
    threading.Thread(target=ends_with_its_input, args=(server,), daemon=True).start()
    server.serve_forever(poll_interval=0.05)
