"""The size of an importer's request."""

from flask import request

from idp.runtime.context import now, settings
from idp.signin import current_login


def let_large_files_in() -> None:
    """Importers send larger requests than other users; called before the form is read (Flask: `before_request`)."""
    if request.endpoint == "console.imports" and request.method == "POST":
        session = current_login.current(now())
        if session is not None and session.account.kind == "staff":
            request.max_content_length = settings().imports.largest_file
