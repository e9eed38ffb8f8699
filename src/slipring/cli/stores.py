"""The store and the archive that a command works on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slipring.clock import Ids
from slipring.engine.archive.destinations import Destination
from slipring.engine.archive.opening import open_destination
from slipring.engine.archive.sealed import SealedDestination, is_sealed
from slipring.settings import Settings
from slipring.storage.backends import open_store
from slipring.storage.contract import Store
from slipring.storage.encryption.opening import unlocked
from slipring.storage.sealing import MasterKeyError, Seal


@asynccontextmanager
async def unlocked_store(settings: Settings, *, wanted: bool = False) -> AsyncIterator[Store]:
    """The store, started; one that is encrypted opened with the master key. An empty one is made so if that is
    `wanted`. Raises StoreError, MasterKeyError."""
    store = open_store(settings.store, durability=settings.durability)
    try:
        await store.start()
        yield await unlocked(store, settings.master_key_bytes(), Ids().secret_bytes, wanted=wanted)
    finally:
        await store.close()


def unlocked_archive(address: str, settings: Settings) -> tuple[Destination, bool]:
    """The archive at an address, and whether it is sealed, and so needs the master key. Raises ArchiveError,
    MasterKeyError."""
    destination = open_destination(address)
    if not is_sealed(destination):
        return destination, False
    master_key = settings.master_key_bytes()
    if master_key is None:
        raise MasterKeyError(
            f"the archive {address} is sealed: it needs its master_key, master_key_file or master_key_command"
        )
    return SealedDestination(destination, Seal(master_key, Ids().secret_bytes)), True
