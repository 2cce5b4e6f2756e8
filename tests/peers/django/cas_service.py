"""A Django site with django-cas-ng; it prints its address, and serves until its input ends."""

import json
import sys
import threading
from typing import Any
from wsgiref.simple_server import make_server

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from service import Quiet, ends_with_its_input, say


def configure(registration: dict[str, Any]) -> None:
    settings.configure(
        SECRET_KEY="for this test alone",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="cas_pages",
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django_cas_ng",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        AUTHENTICATION_BACKENDS=["django_cas_ng.backends.CASBackend"],
        LOGIN_URL="cas_ng_login",
        CAS_SERVER_URL=f"{registration['issuer']}/cas/",
        CAS_VERSION="3",
        CAS_REDIRECT_URL="/me",
        CAS_LOGOUT_COMPLETELY=True,
        CAS_LOGIN_MSG=None,
        CAS_LOGGED_MSG=None,
    )


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
