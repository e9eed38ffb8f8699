"""`slipring keys`: new data keys for tables, a new master key for everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

import click

from slipring.cli.options import CommandError
from slipring.cli.stores import unlocked_archive, unlocked_store
from slipring.clock import Ids, SystemClock
from slipring.engine.archive.destinations import ArchiveError
from slipring.engine.archive.sealed import SealedDestination
from slipring.engine.renewal import waiting
from slipring.iam.access import access_to
from slipring.settings import Settings
from slipring.storage.contract import StoreError
from slipring.storage.encryption.opening import mark_again
from slipring.storage.encryption.store import EncryptedStore
from slipring.storage.sealing import MasterKeyError, Seal, SealBroken
from slipring.storage.store_url import shown

T = TypeVar("T")


def rotate_keys(settings: Settings) -> None:
    """Print how many tables got a new key. Raises CommandError."""
    click.echo(f"{_run(_rotate(settings))} tables have a new data key")


def show_keys(settings: Settings) -> None:
    """Print how far sealing anew has come. Raises CommandError."""
    tables, behind = _run(_show(settings))
    click.echo(f"{tables} tables have data keys; of {behind} values may be sealed with an older one still")


def seal_again(settings: Settings, archive: str | None) -> None:
    """Print what is sealed with the first master key from now on. Raises CommandError."""
    tables, secrets = _run(_seal_again(settings))
    click.echo(f"the data keys of {tables} tables and {secrets} secrets are sealed with the first master key")
    if archive is not None:
        click.echo(f"so are {_run(_seal_archive_again(settings, archive))} objects of the archive")


def _run(work: Coroutine[None, None, T]) -> T:
    try:
        return asyncio.run(work)
    except (MasterKeyError, ArchiveError) as error:
        raise CommandError(str(error)) from None
    except SealBroken:
        raise CommandError("a secret does not open with any of the master keys") from None
    except StoreError as error:
        raise CommandError(f"cannot use the store: {error}") from None


async def _rotate(settings: Settings) -> int:
    async with _encrypted_store(settings) as store:
        return await store.rotate()


async def _show(settings: Settings) -> tuple[int, int]:
    async with _encrypted_store(settings) as store:
        return len(await store.newest_numbers()), len(await waiting(store))


@asynccontextmanager
async def _encrypted_store(settings: Settings) -> AsyncIterator[EncryptedStore]:
    async with unlocked_store(settings) as store:
        if not isinstance(store, EncryptedStore):
            raise CommandError(f"{shown(settings.store)} is not encrypted")
        yield store


async def _seal_again(settings: Settings) -> tuple[int, int]:
    """The marks come last: until then a store opens with the key before, and this can be done once more."""
    ids = Ids()
    master_key = settings.master_key_bytes()
    if master_key is None:
        raise MasterKeyError("there is no master key: name one with --master-key-file")
    async with unlocked_store(settings) as store:
        access = access_to(store, SystemClock(), ids, master_key, None, settings.credentials_trusted_s)
        assert access.keys is not None, "there is a master key"
        await access.check_master_key()
        tables = await store.seal_again() if isinstance(store, EncryptedStore) else 0
        secrets = await access.keys.seal_again()
        await mark_again(store, Seal(master_key, ids.secret_bytes))
        return tables, secrets


async def _seal_archive_again(settings: Settings, archive: str) -> int:
    destination, _ = unlocked_archive(archive, settings)
    if not isinstance(destination, SealedDestination):
        raise ArchiveError(f"the archive {archive} is not sealed")
    return destination.seal_again()
