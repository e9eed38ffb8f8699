"""The commands."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from slipring import __version__
from slipring.cli.bench_options import with_bench_options
from slipring.cli.iam import iam
from slipring.cli.options import CommandError, with_settings
from slipring.cli.sections import Sectioned
from slipring.cli.url_file import reached_here, url_in
from slipring.edge.sockets import url as url_to
from slipring.edge.tls.development import CA
from slipring.settings import Settings


@click.group(cls=Sectioned, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
def slipring() -> None:
    """A DynamoDB-compatible database server.

    Begin with `slipring serve`, then eval "$(slipring env)": AWS SDKs and tools in this shell find the server.
    """


@slipring.command()
@with_settings()
def serve(settings: Settings) -> None:
    """Serve until told to stop.

    Every setting may also stand in the environment (SLIPRING_PORT for --port) or in a TOML file (port = 8000).
    Flags count before the environment, the environment before the file. SIGTERM and SIGINT let requests in flight
    finish; a second one stops at once.
    """
    from slipring.cli.serving import serve as serve_until_stopped

    serve_until_stopped(settings)


@slipring.command(
    "dynamodb-local",
    add_help_option=False,
    context_settings={"ignore_unknown_options": True},
    options_metavar="[FLAGS OF DYNAMODB LOCAL]",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def dynamodb_local(arguments: tuple[str, ...]) -> None:
    """Serve, told how in the flags of DynamoDB Local: -port, -dbPath, -inMemory, -sharedDb and the others."""
    from slipring.cli.dynamodb_local import serve_as_dynamodb_local

    serve_as_dynamodb_local(arguments)


slipring.add_command(iam)


@slipring.command()
@with_settings("host", "port", "url_file", "region", "store", "tls_certificate", "tls_development", "tls_folder")
def env(settings: Settings) -> None:
    """Print what to export so that AWS SDKs and tools find this server: eval "$(slipring env)"."""
    url = local_url(settings)
    variables = {
        "AWS_ENDPOINT_URL_DYNAMODB": url,
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": url,
        "AWS_ENDPOINT_URL_STS": url,
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_ACCESS_KEY_ID": settings.access_key_id or "slipring",
        "AWS_SECRET_ACCESS_KEY": settings.secret_access_key or "slipring",
    }
    if settings.tls_development is not None:
        variables["AWS_CA_BUNDLE"] = str((settings.development_folder() / CA).absolute())
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")


@slipring.command()
@with_settings("host", "port", "url_file", "tls_certificate", "tls_key", "tls_client_ca", "tls_development")
def healthcheck(settings: Settings) -> None:
    """Exit 0 if the server is ready, 1 if not; for images that have no curl."""
    from http.client import HTTPException

    from slipring.cli.probe import readiness

    url = local_url(settings)
    try:
        status, answer = readiness(url, settings)
    except (OSError, HTTPException) as error:
        raise CommandError(f"{url} does not answer: {error}") from None
    if status != 200:
        raise CommandError(f"{url} is {answer}")
    click.echo(f"{url} is {answer}")


@slipring.command()
@with_settings("host", "port", "region", "isolate", "access_key_id", "secret_access_key")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--endpoint",
    default="",
    metavar="URL",
    help="The server.  [default: AWS_ENDPOINT_URL_DYNAMODB, else the one at the host and port]",
)
@click.option("--store", metavar="STORE", help="A store on this machine instead of a server.")
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the template; may be given many times.",
)
@click.option("--stack", default="slipring", show_default=True, metavar="NAME", help="What AWS::StackName is.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and do nothing.")
@click.option("--partial", is_flag=True, help="Do what is supported, and leave out the parts that are not.")
def apply(settings: Settings, /, files: tuple[Path, ...], **options: Any) -> None:
    """Make tables what templates say, or change them until they are.

    A FILE is a template of CloudFormation, SAM or CDK, what `aws dynamodb describe-table` printed, a plan of Terraform
    (terraform show -json), or a model of NoSQL Workbench. No table is ever replaced or deleted.
    """
    from slipring.cli.apply import apply_templates

    apply_templates(settings, files, **options)


@slipring.command()
@with_settings("store", "durability", "isolate", "region", "master_key_file", "master_key_command")
@click.argument("directory", type=click.Path(exists=True, file_okay=False))
@click.option("--again", is_flag=True, help="Also what the store has had already.")
def seed(settings: Settings, /, directory: str, *, again: bool) -> None:
    """Make the tables and write the items that stand in a directory's files; all of them, or none.

    Files are named like their tables: music.json, music.jsonl, music.csv, music.dynamodb.json, music.py; tables may
    come from app.template.yaml. A file whose content the store has had already is passed over.
    """
    from slipring.cli.seed import seed_store

    seed_store(settings, directory, again=again)


@slipring.command()
@with_settings("store", "durability", "master_key_file", "master_key_command")
@click.option("--repair", is_flag=True, help="Put indexes and their counters right by the items.")
@click.option("--archive", metavar="ARCHIVE", help="Compare the tables with this archive's bases and journals as well.")
def scrub(settings: Settings, repair: bool, archive: str | None) -> None:
    """Verify every checksum, index entry, counter and journal record of a store, and print what differs.

    The store may be in use. Exits with 1 if anything differs and was not repaired.
    """
    from slipring.cli.scrub import scrub_store

    scrub_store(settings, repair=repair, archive=archive)


@slipring.command()
@with_settings("store", "durability", "encryption", "master_key_file", "master_key_command")
@click.option(
    "--from", "archive", required=True, metavar="ARCHIVE", help="The archive; see `slipring serve --archive`."
)
@click.option("--at", metavar="TIME", help="As it was at this time, ISO 8601, and not as it was last.")
def restore(settings: Settings, archive: str, at: str | None) -> None:
    """Rebuild a whole deployment from its archive, in a store that is empty.

    Every segment's checksum is compared before anything is written. A damaged one is named, and nothing is restored.
    """
    from slipring.cli.restore import restore_store

    restore_store(settings, archive, at)


@slipring.command()
@with_settings("store", "durability")
def migrate(settings: Settings) -> None:
    """Bring the store to the format of this version; serve does so too, if its user may."""
    from slipring.cli.sql import migrate as bring_up_to_date

    bring_up_to_date(settings)


@slipring.group()
def keys() -> None:
    """The keys of an encrypted store: new ones for its tables, another master key."""


@keys.command()
@with_settings("store", "durability", "master_key_file", "master_key_command")
def rotate(settings: Settings) -> None:
    """Give every table a new data key for what is written from now on.

    The store may be in use; its servers follow at once. What was written before is sealed anew in the background while
    a server runs; `slipring keys show` tells how far that has come.
    """
    from slipring.cli.keys import rotate_keys

    rotate_keys(settings)


@keys.command()
@with_settings("store", "durability", "master_key_file", "master_key_command")
def show(settings: Settings) -> None:
    """Tell of how many tables values are sealed with an older data key still."""
    from slipring.cli.keys import show_keys

    show_keys(settings)


@keys.command("seal-again")
@with_settings("store", "durability", "master_key_file", "master_key_command")
@click.option("--archive", metavar="ARCHIVE", help="Seal the objects of this archive again, too.")
def seal_again(settings: Settings, archive: str | None) -> None:
    """Seal everything that is sealed with a master key with the first of the master keys.

    The master key's file holds the new key in its first line and the old one in its second, here and for the servers,
    until this is done.
    """
    from slipring.cli.keys import seal_again as seal_store_again

    seal_store_again(settings, archive)


@slipring.group()
def sql() -> None:
    """Let people read the tables of a PostgreSQL store with SQL."""


@sql.command()
@with_settings("store", "durability")
@click.option("--into", metavar="SCHEMA", help="Where to put the views.  [default: the store's schema and _views]")
def views(settings: Settings, into: str | None) -> None:
    """Make a read-only view of each table: typed columns for its key, a JSON column for the rest.

    Views that were made before and whose tables are gone are removed. Prints the names of those that there are now.
    """
    from slipring.cli.sql import make_views

    make_views(settings, into)


@slipring.command()
@with_bench_options
def bench(**flags: Any) -> None:
    """Put load on a DynamoDB endpoint and tell how fast it answers.

    Each workload makes a table of its own, loads it with items of 1 KB, sends requests that were signed beforehand
    from several processes, and drops the table. Latencies are those of requests answered without an error.
    """
    from slipring.cli.bench import run_flags

    run_flags(**flags)


@slipring.group()
def snapshot() -> None:
    """Keep what a store holds under a name, go back to it, tell what changed since."""


def _snapshot_command(command: Callable[..., None]) -> Callable[..., None]:
    """Of a store on this machine, or of a server that runs in test mode."""
    endpoint = click.option("--endpoint", metavar="URL", help="Ask the server there, which must be in test mode.")
    return with_settings("store", "master_key_file", "master_key_command")(endpoint(command))


@snapshot.command()
@click.argument("name")
@_snapshot_command
def save(settings: Settings, endpoint: str | None, name: str) -> None:
    """Keep all tables as they are now."""
    from slipring.cli.snapshots import ask

    ask(settings, endpoint, {"save": name})


@snapshot.command("list")
@_snapshot_command
def list_snapshots(settings: Settings, endpoint: str | None) -> None:
    """Tell which there are."""
    from slipring.cli.snapshots import ask

    ask(settings, endpoint, {})


@snapshot.command()
@click.argument("name")
@_snapshot_command
def load(settings: Settings, endpoint: str | None, name: str) -> None:
    """Go back to a snapshot: what was made since is gone."""
    from slipring.cli.snapshots import ask

    ask(settings, endpoint, {"load": name})


@snapshot.command()
@click.argument("name")
@click.argument("against", required=False)
@_snapshot_command
def diff(settings: Settings, endpoint: str | None, name: str, against: str | None) -> None:
    """Tell what changed from a snapshot to now, or to another one."""
    from slipring.cli.snapshots import ask

    ask(settings, endpoint, {"diff": name} if against is None else {"diff": name, "against": against})


@snapshot.command()
@click.argument("name")
@_snapshot_command
def delete(settings: Settings, endpoint: str | None, name: str) -> None:
    """Delete a snapshot."""
    from slipring.cli.snapshots import ask

    ask(settings, endpoint, {"delete": name})


def local_url(settings: Settings) -> str:
    """Where a client on this machine reaches the server: as it says itself, or else by its settings."""
    left = None if settings.url_file is None else url_in(Path(settings.url_file))
    return reached_here(left or url_to(settings.host, settings.port, secure=settings.secure))
