"""A form that was interrupted by a login or the question for the password: its values are stored and filled in again.

The browser's signed cookie lists the URLs with stored values; the values are encrypted like responses
(`idp.answers.keeping`), for the person for whom the form was rendered. Nothing is submitted automatically.
"""

import json

from flask import Flask, Response, g, request, session
from werkzeug.datastructures import MultiDict

from idp.answers import keeping
from idp.answers.keeping import Viewer
from idp.answers.rules.kept_answers import KeptAnswer
from idp.database.faults import DATABASE_FAULTS
from idp.runtime.context import now
from idp.signin import cookies, current_login
from idp.signin.pages import made_for

COOKIE_FIELD = "unsent"
MOST = 3
"""URLs with stored values in one browser: each takes space in its cookie."""

BLUEPRINTS = ("account", "console")
NEVER = ("csrf_token", "once", made_for.FIELD, "password", "again")


def init_unsent(app: Flask) -> None:
    app.before_request(_bring_back)
    app.after_request(_keep)


def _bring_back() -> None:
    if request.method != "GET" or request.blueprint not in BLUEPRINTS:
        return
    waiting = session.get(COOKIE_FIELD, {}).get(request.path)
    if waiting is None or current_login.current(now()) is None:
        return
    fields = keeping.find(waiting, _viewer(made_for.mark()), now())
    if fields is not None:
        g.unsent_fields = MultiDict(json.loads(fields.body))


def _keep(response: Response) -> Response:
    if request.method != "POST" or request.blueprint not in BLUEPRINTS:
        return response
    waiting = dict(session.get(COOKIE_FIELD, {}))
    if not g.get("not_judged"):
        if waiting.pop(request.path, None):
            session[COOKIE_FIELD] = waiting
        return response
    mark = request.form.get(made_for.FIELD, "")
    if not mark or request.files:
        return response
    fields = [pair for pair in request.form.items(multi=True) if pair[0] not in NEVER]
    try:
        reference = keeping.keep(KeptAnswer(0, (), json.dumps(fields).encode()), _viewer(mark), now())
    except DATABASE_FAULTS:
        return response
    if reference is not None:
        session[COOKIE_FIELD] = dict([*waiting.items(), (request.path, reference)][-MOST:])
    return response


def _viewer(mark: str) -> Viewer:
    return Viewer(cookies.browser(), None, f"unsent {mark}", request.path)
