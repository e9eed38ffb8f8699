"""`slipring keys`: the data keys of an encrypted store."""

from __future__ import annotations

import asyncio

import click

from slipring.cli.options import CommandError
from slipring.cli.stores import unlocked_store
from slipring.settings import Settings
from slipring.storage.contract import StoreError
from slipring.storage.encryption.store import EncryptedStore
from slipring.storage.sealing import MasterKeyError
from slipring.storage.store_url import shown


def rotate_keys(settings: Settings) -> None:
    """Print how many tables got a new key. Raises CommandError."""
    try:
        count = asyncio.run(_rotate(settings))
    except MasterKeyError as error:
        raise CommandError(str(error)) from None
    except StoreError as error:
        raise CommandError(f"cannot use the store: {error}") from None
    click.echo(f"{count} tables have a new data key")


async def _rotate(settings: Settings) -> int:
    async with unlocked_store(settings) as store:
        if not isinstance(store, EncryptedStore):
            raise CommandError(f"{shown(settings.store)} is not encrypted")
        return await store.rotate()
