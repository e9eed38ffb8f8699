"""`slipring iam key` and `master-key`."""

from __future__ import annotations

import os
import sys
from getpass import getpass
from typing import TYPE_CHECKING

import click

from slipring.cli.iam.group import iam, store_command
from slipring.cli.options import CommandError

if TYPE_CHECKING:
    from slipring.iam.access import Access
    from slipring.iam.access_keys import AccessKeys, KeyPair


@iam.command("master-key")
@click.argument("file", type=click.Path(dir_okay=False))
def master_key(file: str) -> None:
    """Write a new master key to a file that only its owner can read.

    Whoever loses it loses every secret in the store; keep a copy apart from the store's.
    """
    from slipring.clock import Ids
    from slipring.storage.sealing import KEY_BYTES

    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
    with os.fdopen(descriptor, "w") as opened:
        opened.write(Ids().secret_bytes(KEY_BYTES).hex() + "\n")


@iam.group()
def key() -> None:
    """Access keys. A secret is shown once, when it is made."""


@store_command(key, "create")
@click.argument("user")
async def create_key(access: Access, account: str, user: str) -> None:
    """Make an access key and print it with its secret, as variables of a shell."""
    keys = _keys(access)
    pair = keys.new_pair()
    await keys.add(account, user, pair)
    _show(pair)


@store_command(key, "import")
@click.argument("user")
@click.argument("key_id", metavar="ACCESS_KEY_ID")
async def import_key(access: Access, account: str, user: str, key_id: str) -> None:
    """Take over an access key from elsewhere; its secret is asked for, or read from standard input."""
    from slipring.iam.access_keys import KeyPair

    secret = getpass("Secret access key: ") if sys.stdin.isatty() else sys.stdin.readline()
    await _keys(access).add(account, user, KeyPair(key_id, secret.strip()))


@store_command(key, "rotate")
@click.argument("user")
async def rotate_key(access: Access, account: str, user: str) -> None:
    """Make a second access key, in place of one that is disabled. The first counts until it is disabled too."""
    keys = _keys(access)
    owner = await access.directory.entity("user", account, user)
    for key_id in owner.keys:
        if not (await access.directory.access_key(key_id)).active:
            await keys.delete(key_id)
    pair = keys.new_pair()
    await keys.add(account, user, pair)
    _show(pair)


@store_command(key, "list")
@click.argument("user")
async def list_keys(access: Access, account: str, user: str) -> None:
    """Print a user's access keys, whether they are active, and when and for what they were last used."""
    from slipring.iam.access_keys import last_use

    for key_id in (await access.directory.entity("user", account, user)).keys:
        found = await access.directory.access_key(key_id)
        use = await last_use(access.directory, key_id)
        used = "never used" if use is None else f"last used {_time(use.at)} for {use.service} in {use.region}"
        click.echo(f"{key_id} {'active' if found.active else 'disabled'}, created {_time(found.created_at)}, {used}")


@store_command(key, "disable")
@click.argument("key_id", metavar="ACCESS_KEY_ID")
async def disable_key(access: Access, account: str, key_id: str) -> None:
    """Let an access key count no longer."""
    await _keys(access).set_active(key_id, False)


@store_command(key, "enable")
@click.argument("key_id", metavar="ACCESS_KEY_ID")
async def enable_key(access: Access, account: str, key_id: str) -> None:
    """Let an access key count again."""
    await _keys(access).set_active(key_id, True)


@store_command(key, "delete")
@click.argument("key_id", metavar="ACCESS_KEY_ID")
async def delete_key(access: Access, account: str, key_id: str) -> None:
    """Delete an access key."""
    await _keys(access).delete(key_id)


def _keys(access: Access) -> AccessKeys:
    if access.keys is None:
        raise CommandError(
            "there is no master key: name one with --master-key-file, or make it: slipring iam master-key"
        )
    return access.keys


def _show(pair: KeyPair) -> None:
    click.echo(f"export AWS_ACCESS_KEY_ID={pair.id}\nexport AWS_SECRET_ACCESS_KEY={pair.secret}")


def _time(at: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
