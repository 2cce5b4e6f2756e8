"""django-oauth-toolkit as its documentation says, on SQLite in WAL mode, with the parameters of the other sides."""

import os
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher

FOLDER = Path(os.environ["BENCH_FOLDER"])
SECRET_KEY = "a-key-for-the-bench-and-nothing-else"
DEBUG = False
ALLOWED_HOSTS = ["localhost"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "oauth2_provider",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "peer.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
LOGIN_URL = "/login/"


class Argon2id(Argon2PasswordHasher):
    """With the parameters of the other sides."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


PASSWORD_HASHERS = ["settings.Argon2id"]
OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_RSA_PRIVATE_KEY": (FOLDER / "key.pem").read_text() if (FOLDER / "key.pem").exists() else "",
    "OIDC_ISS_ENDPOINT": os.environ["BENCH_ISSUER"],
    "OAUTH2_VALIDATOR_CLASS": "validator.Validator",
    "PKCE_REQUIRED": True,
    "ROTATE_REFRESH_TOKEN": True,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "SCOPES": {"openid": "", "profile": "", "email": "", "introspection": ""},
}
