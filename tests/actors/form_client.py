"""A test client that follows the redirect after a form, as browsers do."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class FormClient(FlaskClient):
    """Follows the redirect of a sent form to its kept answer, and no other redirect."""

    def open(self, *arguments: Any, **more: Any) -> TestResponse:
        response = super().open(*arguments, **more)
        location = urlsplit(response.headers.get("Location", ""))
        if response.request.method != "POST" or "answer" not in parse_qs(location.query):
            return response
        assert response.status_code == 303
        return super().open(response.headers["Location"], base_url=response.request.host_url)
