"""Binds forms to the signed-in person. If another tab has signed in another person since, the form is refused."""

from flask import request, url_for

from idp.crypto.opaque_tokens import keyed_digest, same
from idp.people.rules.accounts import AccountFacts
from idp.refusals import Refusal
from idp.refusals.requests import ANOTHER_PERSON
from idp.runtime.context import settings
from idp.signin.sessions import Session

FIELD = "made_for"
HEADER = "X-Made-For"
"""For scripts, which send JSON."""


def mark() -> str:
    """The opaque mark of the signed-in person, for the forms of a page; empty if the page has read no session."""
    session: Session | None = request.environ.get("idp.session")
    return _mark_of(session) if session is not None else ""


def person() -> AccountFacts | None:
    """The signed-in person, if the page has read the session: every page after a sign-in names its person."""
    session: Session | None = request.environ.get("idp.session")
    return session.account if session is not None else None


def page_again() -> str:
    """URL of the refused form's page, for the person who is signed in now."""
    rule = request.url_rule
    if rule is not None and "GET" in (rule.methods or ()):
        return request.path
    return url_for("signin.home")


def is_for(session: Session) -> bool:
    """Whether the form was made for the person of this session.

    Every form of the provider has a mark. A request without a mark comes from no page of ours; the CSRF check decides.
    """
    sent = request.form.get(FIELD, request.headers.get(HEADER))
    return sent is None or same(sent, _mark_of(session))


def hold(session: Session) -> None:
    """Raise Refusal R05 if the form was rendered for another person than the session's."""
    if request.method == "POST" and not is_for(session):
        account = session.account
        raise Refusal(ANOTHER_PERSON, f"made for another than account {account.id}", name=account.name)


def _mark_of(session: Session) -> str:
    key = settings().secrets.secret_key.encode()
    return keyed_digest(key, "form made for", str(session.account.id))[:32]
