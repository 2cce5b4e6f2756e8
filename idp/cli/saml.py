"""`idp saml`: the service providers of SAML, their metadata, our stored_certificates."""

from dataclasses import asdict
from typing import IO, Any

import click
from cryptography import x509

from idp.cli.registered_services import add_commands, known, read_object
from idp.cli.terminal import ACTOR, Terminal, as_json, day_and_hour, now, pass_terminal, say_json, say_table
from idp.saml import certificates as stored_certificates
from idp.saml import our_metadata, refreshing, registrations
from idp.saml.rules.registration import LONGEST_METADATA
from idp.saml.xml.aggregates import listed, signed_entity
from idp.saml.xml.documents import XmlFault, parse
from idp.saml.xml.metadata import display_name


@click.group()
def saml() -> None:
    """Services of SAML 2.0: ENT, federations and other software that has metadata."""


@saml.command()
@click.argument("metadata", type=click.File("rb"))
@click.option(
    "--document", type=click.File("r", encoding="utf-8"), help="The other members, as JSON (docs/saml.md)."
)
@click.option("--entity", help="Which entity of an aggregate. A signed aggregate: with --certificate.")
@click.option(
    "--certificate", type=click.File("r", encoding="ascii"), help="PEM: METADATA must be signed by its key."
)
@click.option("--owner", default="", help="Who is responsible for the service.")
@as_json
@pass_terminal
def add(
    terminal: Terminal,
    metadata: IO[bytes],
    document: IO[str] | None,
    entity: str | None,
    certificate: IO[str] | None,
    owner: str,
    as_json: bool,
) -> None:
    """Register a service from METADATA, its EntityDescriptor or an aggregate that has it (- reads standard input)."""
    with terminal.application():
        registration = _registration(document, metadata, entity, certificate)
        service = registrations.register(registration, ACTOR, now(), owner)
    if as_json:
        return say_json({"id": service})
    click.echo(service)


@saml.command("set")
@click.argument("service")
@click.argument("document", type=click.File("r", encoding="utf-8"))
@click.option(
    "--metadata", type=click.File("rb"), help="The new EntityDescriptor; without it the present one stays."
)
@pass_terminal
def set_(terminal: Terminal, service: str, document: IO[str], metadata: IO[bytes] | None) -> None:
    """Replace the registration of SERVICE by DOCUMENT."""
    with terminal.application():
        present = known(registrations.PROTOCOL, service)
        registration = {
            "metadata": present.registration.metadata,
            **_registration(document, metadata, None, None),
        }
        registrations.replace(service, registration, present.owner, present.revision, ACTOR, now())
    click.echo(f"{service} is registered anew.")


@saml.command()
@click.argument("service")
@pass_terminal
def refresh(terminal: Terminal, service: str) -> None:
    """Fetch the metadata of SERVICE from its address now."""
    with terminal.application():
        changed = refreshing.refresh(known(registrations.PROTOCOL, service), ACTOR, now())
    click.echo("The metadata has changed, and was taken over." if changed else "The metadata is the same.")


@saml.command()
@click.argument("aggregate", type=click.File("rb"))
@click.option("--category", help="Only services of this entity category.")
@as_json
def entities(aggregate: IO[bytes], category: str | None, as_json: bool) -> None:
    """List the services of AGGREGATE, the metadata of a federation. Its signature is checked by `add` and by the worker."""
    listing = list(listed(aggregate.read(), category))
    if as_json:
        return say_json([asdict(entity) for entity in listing])
    say_table(("entity id", "name"), [(entity.entity_id, entity.name) for entity in listing])


@saml.command()
@pass_terminal
def metadata(terminal: Terminal) -> None:
    """Write the provider's own metadata, as /saml/metadata has it."""
    with terminal.application():
        click.echo(our_metadata.document(now()).decode())


@saml.group()
def certificates() -> None:
    """The certificates of the provider."""


@certificates.command("list")
@as_json
@pass_terminal
def list_certificates(terminal: Terminal, as_json: bool) -> None:
    """List the published and the former stored_certificates."""
    with terminal.application():
        records = stored_certificates.listing()
    if as_json:
        return say_json([{**asdict(record), "state": record.state(now())} for record in records])
    moments = ("published_at", "activates_at", "retires_at", "removed_at")
    rows = [
        (
            record.kid,
            record.alg,
            record.state(now()),
            *(day_and_hour(getattr(record, moment)) for moment in moments),
        )
        for record in records
    ]
    say_table(("SHA-256", "signature", "state", "published", "signs from", "signs until", "removed"), rows)


@certificates.command()
@pass_terminal
@click.pass_context
def rotate(context: click.Context, terminal: Terminal) -> None:
    """Publish the next certificate; it signs after 90 days. Exit code 1 if it is published already."""
    with terminal.application():
        published = stored_certificates.rotate(ACTOR, now())
    if not published:
        click.echo(
            "Nothing was changed: a next certificate is published already. See: idp saml certificates list",
            err=True,
        )
        context.exit(1)
    click.echo(
        "A next certificate is in the metadata. Tell the services that read it by hand (docs/saml.md)."
    )


def _registration(
    document: IO[str] | None, metadata: IO[bytes] | None, entity: str | None, certificate: IO[str] | None
) -> dict[str, Any]:
    registration = {} if document is None else read_object(document)
    if metadata is None:
        return registration
    text = metadata.read()
    if entity is not None or certificate is not None:
        text = _chosen(text, entity, certificate)
    registration["metadata"] = text.decode("utf-8", "replace")
    if "name" not in registration:
        registration["name"] = _name(text)
    return registration


def _chosen(text: bytes, entity: str | None, certificate: IO[str] | None) -> bytes:
    if certificate is None or entity is None:
        raise click.UsageError("--entity and --certificate are given together.")
    try:
        pinned = x509.load_pem_x509_certificate(certificate.read().encode())
    except ValueError:
        raise click.ClickException(f"{certificate.name} is no certificate in PEM.") from None
    try:
        return signed_entity(text, entity, [pinned], now())
    except XmlFault as fault:
        raise click.ClickException(f"The metadata cannot be used: {fault}.") from None


def _name(text: bytes) -> str:
    try:
        return display_name(parse(text, LONGEST_METADATA, True))[:200]
    except XmlFault as fault:
        raise click.ClickException(f"The metadata cannot be used: {fault}.") from None


add_commands(saml, registrations.PROTOCOL)
