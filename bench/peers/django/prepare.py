"""The base of django-oauth-toolkit: tables, a key, the people of the bench, a client. Run once in BENCH_FOLDER before it serves."""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
(Path(os.environ["BENCH_FOLDER"]) / "key.pem").write_bytes(
    key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
)

import django  # noqa: E402

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402

plan = json.load(sys.stdin)
call_command("migrate", verbosity=0)
stored = make_password(plan["password"])
for username in plan["usernames"]:
    User.objects.create(
        username=username, first_name="Claire", last_name="Durand", email="c@example.org", password=stored
    )
Application.objects.create(
    client_id=plan["client_id"],
    client_secret=plan["client_secret"],
    # As shipped it is hashed with PBKDF2, which costs 100 flows: this is its faster setting.
    hash_client_secret=False,
    client_type=Application.CLIENT_CONFIDENTIAL,
    authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
    redirect_uris=plan["redirect"],
    algorithm=Application.RS256_ALGORITHM,
    skip_authorization=True,
)
