""" "Ce n'était pas moi": the page of a notice's link, on any device."""

from flask import render_template

from idp.people.rules.mail_addresses import masked
from idp.recovery import not_me as acts
from idp.recovery.pages import blueprint
from idp.runtime.context import now
from idp.web.forms import EmptyForm


@blueprint.page("not_me")
def not_me(token: str) -> str:
    """One button: mail scanners open links, and must not lock an account."""
    if locked := acts.done(token, now()):
        return _locked(locked)
    return render_template("recovery/not_me.html", form=EmptyForm(), account=acts.read(token, now()))


@blueprint.page("stop_stranger")
def stop_stranger(token: str) -> str:
    return _locked(acts.stop(token, now()))


def _locked(stopped: acts.Stopped) -> str:
    address = masked(stopped.address) if stopped.address else None
    return render_template("recovery/locked.html", put_back=stopped.put_back, address=address)
