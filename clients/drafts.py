"""Drafts: form input that is not saved yet. A draft survives a refusal, and a login in between.

Each person has one draft per path. Every form is answered by a redirect, so that reload and Back send nothing again.
"""

import json

from flask import redirect, request
from werkzeug.wrappers import Response

from clients.relying_party import DRAFT, keep_draft, now, store
from clients.store import Visitor


def refused(someone: Visitor) -> Response:
    """Redirect to the same form with its input; the page shows the faults."""
    return redirect(keep_draft(someone.sub), 303)


def unsaved(someone: Visitor) -> dict[str, str] | None:
    """The fields of this page's draft, if the page was opened with one."""
    if DRAFT not in request.args:
        return None
    text = store().draft(someone.sub, request.path, now())
    fields: dict[str, str] | None = json.loads(text) if text else None
    return fields


def saved(someone: Visitor) -> None:
    """Delete the draft of this page."""
    store().forget_draft(someone.sub, request.path)
