"""The command line `idp`. One module a noun, imported when its command is called; help does not import Flask.

Exit codes: 0 done; 1 refused, or a fault was detected; 2 the command or the settings are malformed.
"""

from pathlib import Path

import click

from idp import __version__
from idp.cli.terminal import LazyGroup, Terminal

NOUNS = {
    "accounts": "idp.cli.accounts:accounts",
    "audit": "idp.cli.audit:audit",
    "clients": "idp.cli.clients:clients",
    "config": "idp.cli.config:config",
    "db": "idp.cli.db:db",
    "demo": "idp.cli.demo:demo",
    "doctor": "idp.cli.doctor:doctor",
    "jobs": "idp.cli.jobs:jobs",
    "keys": "idp.cli.keys:keys",
    "metrics": "idp.cli.metrics:metrics",
    "passwords": "idp.cli.passwords:passwords",
    "people": "idp.cli.people:people",
    "rights": "idp.cli.rights:rights",
    "serve": "idp.cli.serve:serve",
    "worker": "idp.cli.worker:worker",
}


@click.group(cls=LazyGroup, nouns=NOUNS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    envvar="IDP_CONFIG",
    help="Settings file. Default: $IDP_CONFIG, else config.toml of this folder if there is one.",
)
@click.version_option(__version__, prog_name="idp")
@click.pass_context
def main(context: click.Context, file: Path | None) -> None:
    """One school login: an OpenID Connect provider for families, pupils and staff.

    Settings come from the command line, then from IDP_<SECTION>__<KEY>, then from the file, then from defaults.
    """
    here = Path("config.toml")
    context.obj = Terminal(file if file is not None else here if here.is_file() else None)
