"""Error pages: what has gone wrong, and how to go on."""

import logging

from flask import Flask, Response, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from clients.languages import N_

log = logging.getLogger(__name__)

LOGIN = {
    "access_denied": (N_("Vous n’avez pas accès à ce service avec ce compte."), 403),
    "login_required": (N_("La connexion n’a pas abouti."), 400),
    "unreachable": (
        N_("Le service de connexion ne répond pas pour le moment. Réessayez dans un instant."),
        502,
    ),
    "half_logged_out": (
        N_(
            "Vous êtes déconnecté(e) d’ici, mais le service de connexion ne répond pas. "
            "Sur un ordinateur partagé, fermez toutes les fenêtres du navigateur."
        ),
        502,
    ),
    "mismatch": (N_("Cette connexion a été commencée ailleurs, ou a trop attendu."), 400),
}
"""Kind of a login's failure → sentence and HTTP status."""

SAME_AS = {
    "consent_required": "login_required",
    "interaction_required": "login_required",
    "account_selection_required": "login_required",
    "server_error": "unreachable",
    "temporarily_unavailable": "unreachable",
    "wrong_issuer": "unreachable",
}
"""OAuth and OpenID Connect errors that mean the same to a person as one of `LOGIN`."""

PAGES = {
    403: N_("Cette page n’est pas pour ce compte."),
    404: N_("Cette page n’existe pas, ou n’est pas à vous."),
    405: N_("Cette page ne se demande pas de cette façon."),
    413: N_("C’est trop long pour être envoyé d’un coup."),
    500: N_("Quelque chose n’a pas marché de notre côté. Rien de ce qui était enregistré n’est perdu."),
}


def login_problem(kind: str, fault: Exception | None = None) -> Response:
    """A page for a login or logout that failed: `kind` is a key of `LOGIN` or an OAuth error; the log has the rest."""
    kind = SAME_AS.get(kind, kind)
    kind = kind if kind in LOGIN else "mismatch"
    log.warning("login: %s: %r", kind, fault)
    sentence, status = LOGIN[kind]
    return Response(render_template("problem.html", sentence=sentence, again=True), status)


def handle_problems(app: Flask) -> None:
    """Register the error handlers of `app`."""
    app.register_error_handler(HTTPException, _page_problem)
    app.register_error_handler(CSRFError, _form_problem)


def _page_problem(fault: HTTPException) -> Response:
    sentence = PAGES.get(fault.code or 500, N_("Cette demande est mal formée."))
    return Response(render_template("problem.html", sentence=sentence), fault.code or 500)


def _form_problem(_: CSRFError) -> Response:
    sentence = N_("Ce formulaire a trop attendu. Revenez à la page et renvoyez-le.")
    return Response(render_template("problem.html", sentence=sentence), 400)
