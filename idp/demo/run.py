"""`idp demo`: prepare an invented school, start the processes, print their addresses, stop the processes."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from idp import deferred
from idp.demo.place import SERVICES, SMS_TOKEN, TITLES, Place, others_here
from idp.demo.supervisor import Service, ServiceDied, Supervisor
from idp.runtime.processes import refuse_taken_port
from idp.runtime.starting import starting

if TYPE_CHECKING:
    from idp.demo import preparation
    from idp.demo.people import Card
else:
    # The provider's modules: not for a demonstration that is refused.
    preparation = deferred.module("idp.demo.preparation")

SCHOOL_MAIL = "secretariat@college-des-tilleuls.example"
"""The address to which Téléservices sends changed contact details."""

PATIENCE = 5.0
"""Seconds that the processes of a demonstration that was just killed have to end."""

_OURS = (
    "accounts.json",
    "config.toml",
    "idp.sqlite3",
    "idp.sqlite3-shm",
    "idp.sqlite3-wal",
    "secrets",
    "registrations",
    "credentials",
    "services",
    "siecle",
    "mail",
    "log",
)


class DemoFault(Exception):
    """The demonstration cannot run; the message says why and what to do."""


def run(place: Place, fresh: bool) -> None:
    """Run until SIGINT or SIGTERM. Raises DemoFault, PortTaken."""
    with _alone(place.folder):
        for name, port in place.ports().items():
            refuse_taken_port("127.0.0.1", port, TITLES.get(name, "mail server"), PATIENCE)
        if fresh or not place.accounts.exists():
            _empty(place.folder)
            click.echo("Making the school: two SIECLE files, their import, keys, letters. Some seconds ...")
        with starting():
            prepare = preparation.prepare
        cards = prepare(place)
        with Supervisor(place.log, _environment()) as supervisor:
            try:
                _live(place, cards, supervisor)
            except ServiceDied as fault:
                raise DemoFault(str(fault)) from None
            click.echo("\nStopping ...")


def _live(place: Place, cards: "list[Card]", supervisor: Supervisor) -> None:
    for service in _services(place):
        supervisor.start(service)
    supervisor.wait_until_all_answer()
    if not supervisor.stopping.is_set():
        _show(place, cards)
    supervisor.wait_until_stopped()


def _services(place: Place) -> list[Service]:
    """The processes. The mail box comes first: it must listen before the first mail."""
    ports = place.ports()
    mailbox = (
        "--folder",
        place.mail,
        "--port",
        ports["mailbox"],
        "--smtp-port",
        ports["smtp"],
        "--sms-token",
        SMS_TOKEN,
    )
    services = [
        Service("mailbox", _words("-m", "idp.demo.mailbox", *mailbox), place.address("mailbox")),
        Service(
            "provider",
            _words("-m", "idp.cli", "--config", place.config, "serve"),
            f"{place.address('provider')}/health/ready",
        ),
    ]
    neighbours = [word for name in SERVICES for word in (f"--{name}", place.address(name))]
    for name in SERVICES:
        own = ("--issuer", place.address("provider"), "--base", place.address(name), "--port", ports[name])
        files = ("--credentials", place.credentials(name), "--data", place.data(name))
        mail = ("--smtp-host", "127.0.0.1", "--smtp-port", ports["smtp"], "--school-mail", SCHOOL_MAIL)
        place.data(name).parent.mkdir(exist_ok=True)
        command = _words("-m", f"clients.{name}", "serve", *own, *files, *neighbours, *mail)
        services.append(Service(name, command, place.address(name)))
    for name in others_here():
        own = ("--issuer", place.address("provider"), "--base", place.address(name), "--port", ports[name])
        command = _words("-m", f"clients.{name}", "serve", *own, "--data", place.data(name))
        services.append(Service(name, command, place.address(name)))
    return services


def _words(*parts: object) -> tuple[str, ...]:
    return tuple(str(part) for part in parts)


def _environment() -> dict[str, str]:
    """This environment without settings of another provider: the demonstration has its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}


def _show(place: Place, cards: "list[Card]") -> None:
    click.echo()
    for name in ("icart", "pronote", *others_here(), "teleservices", "provider", "mailbox"):
        click.echo(f"  {TITLES[name].ljust(13)} {place.address(name)}")
    click.echo(f"\nBegin at {place.address('icart')} with one of these accounts:\n")
    for card in cards:
        click.echo(f"  {card.title}")
        click.echo(f"    Identifiant {card.username}   Mot de passe {card.password}")
        click.echo(f"    {card.look}")
        click.echo(f"    Asked in a new browser: born on {card.birth_date}\n" if card.birth_date else "")
    click.echo(
        f"Mails and SMS arrive at {place.address('mailbox')}, which is an authenticator app too. Logs are in {_short(place.log)}. Ctrl-C stops everything."
    )


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; the lock goes with the process, however it ends."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "lock").exists():
        raise DemoFault(f"{folder} holds something else than a demonstration; choose another --folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline = time.monotonic() + PATIENCE
    with open(folder / "lock", "w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise DemoFault(
                        f"Another demonstration runs in {_short(folder)}; stop it first."
                    ) from None
                time.sleep(0.1)
        yield


def _empty(folder: Path) -> None:
    """Delete the files of a demonstration, and no others; the end mark first."""
    for name in _OURS:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
