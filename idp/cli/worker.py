"""`idp worker`: deliver the outbox."""

import click

from idp.cli.terminal import Terminal, pass_terminal


@click.command()
@click.option("--parent", type=int, hidden=True, help="End when this process has ended.")
@click.option("--pulse", type=int, hidden=True, help="Show progress in the memory of this file descriptor.")
@pass_terminal
def worker(terminal: Terminal, parent: int | None, pulse: int | None) -> None:
    """Deliver mail and logout notices, purge what has expired, rotate keys in time, until SIGTERM or Ctrl-C.

    `idp serve` starts one by itself; several may run at once.
    """
    from idp.runtime.processes import end_with_parent
    from idp.runtime.pulse import Pulse, notify_systemd

    if pulse is not None:
        Pulse(pulse).keep_beating()
    else:
        notify_systemd()
    if parent is not None:
        end_with_parent(parent)
    settings = terminal.settings()
    from idp.app import create_app
    from idp.worker.process import Worker

    Worker(create_app(settings)).run_until_told()
