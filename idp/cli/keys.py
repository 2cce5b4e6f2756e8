"""`idp keys`: the signing keys."""

import base64
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from idp import deferred
from idp.cli.terminal import (
    ACTOR,
    Terminal,
    as_json,
    day_and_hour,
    now,
    pass_terminal,
    say_json,
    say_table,
)

if TYPE_CHECKING:
    from idp.oidc import signing
else:
    # `idp keys secret` makes the settings that everything else needs.
    signing = deferred.module("idp.oidc.signing")

ALGORITHMS = click.Choice(["ES256", "RS256", "PS256", "EdDSA"])


@click.group()
def keys() -> None:
    """Signing keys, and secrets for the settings."""


@keys.command()
def secret() -> None:
    """Write a new secret: 32 random bytes, URL-safe base64. It is stored nowhere."""
    click.echo(base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode())


@keys.command("list")
@as_json
@pass_terminal
def list_(terminal: Terminal, as_json: bool) -> None:
    """List the published and the former keys."""
    with terminal.application():
        keys = signing.listing()
    if as_json:
        return say_json([{**asdict(key), "state": key.state(now())} for key in keys])
    moments = ("published_at", "activates_at", "retires_at", "removed_at")
    say_table(
        ("kid", "alg", "state", "published", "signs from", "signs until", "removed"),
        [
            (key.kid, key.alg, key.state(now()), *(day_and_hour(getattr(key, moment)) for moment in moments))
            for key in keys
        ],
    )


@keys.command()
@click.argument("alg", type=ALGORITHMS, required=False)
@as_json
@pass_terminal
@click.pass_context
def rotate(context: click.Context, terminal: Terminal, alg: str | None, as_json: bool) -> None:
    """Publish the next key of ALG (default: of each); it signs once every cache has expired.

    Exit code 1 if the next keys are published already.
    """
    with terminal.application():
        algorithms = signing.rotate(alg, ACTOR, now())
    if as_json:
        say_json({"published": algorithms})
    elif algorithms:
        click.echo(f"New keys are published: {', '.join(algorithms)}. See: idp keys list")
    else:
        click.echo("Nothing was changed: a next key is published already. See: idp keys list", err=True)
    if not algorithms:
        context.exit(1)


@keys.command()
@click.argument("kid")
@click.confirmation_option(
    prompt="Tokens signed with this key stop verifying at once. Only a stolen key is worth that. Go on?"
)
@pass_terminal
def retire(terminal: Terminal, kid: str) -> None:
    """Withdraw a stolen key at once; another key signs in its place."""
    with terminal.application():
        signing.retire(kid, ACTOR, now())
    click.echo(f"{kid} is withdrawn.")
