"""The command line `idp`. One module a noun, imported when its command is called; `idp --help` does not import Flask.

Exit codes: 0 done; 1 refused, or a fault was detected; 2 the command or the settings are malformed.
"""

from pathlib import Path

import click

from idp import __version__
from idp.cli.terminal import LazyGroup, Noun, Terminal

NOUNS = {
    "accounts": Noun("idp.cli.accounts:accounts", "Accounts of families, pupils and staff."),
    "audit": Noun("idp.cli.audit:audit", "The audit trail: verify, mark anew, search, export, purge."),
    "cas": Noun(
        "idp.cli.cas:cas", "Services of CAS: Pronote and other software that does not speak OpenID Connect."
    ),
    "clients": Noun("idp.cli.clients:clients", "Relying parties: the services that people sign in to."),
    "config": Noun("idp.cli.config:config", "The settings."),
    "db": Noun("idp.cli.db:db", "The database."),
    "demo": Noun(
        "idp.cli.demo:demo",
        "Make an invented school and start the provider, three services and a mail box, until Ctrl-C.",
    ),
    "doctor": Noun(
        "idp.cli.doctor:doctor",
        "Check settings, database, clocks, keys, outbox and mail; state how to correct each fault (exit code 1).",
    ),
    "jobs": Noun("idp.cli.jobs:jobs", "Jobs of the worker; messages that failed."),
    "keys": Noun("idp.cli.keys:keys", "Signing keys, and secrets for the settings."),
    "metrics": Noun("idp.cli.metrics:metrics", ""),
    "passwords": Noun("idp.cli.passwords:passwords", "The list of breached passwords, which are refused."),
    "people": Noun("idp.cli.people:people", "Pupils, guardians and staff."),
    "rights": Noun("idp.cli.rights:rights", "Posts with their roles, and delegations."),
    "saml": Noun(
        "idp.cli.saml:saml", "Services of SAML 2.0: ENT, federations and other software that has metadata."
    ),
    "serve": Noun(
        "idp.cli.serve:serve", "Serve the provider, and deliver its mail, until SIGTERM or Ctrl-C."
    ),
    "upstream": Noun(
        "idp.cli.upstream:upstream", "Other identity providers with which people sign in; their rules, tried."
    ),
    "worker": Noun(
        "idp.cli.worker:worker",
        "Deliver mail and logout notices, purge what has expired, rotate keys in time, until SIGTERM or Ctrl-C.",
    ),
}
"""`metrics` is for processes that start one another, and is not listed."""


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
