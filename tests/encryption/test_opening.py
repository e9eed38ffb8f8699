"""With which key a store opens, and when it may be made an encrypted one."""

from __future__ import annotations

import asyncio
import os

import pytest

from slipring.engine import keyspace
from slipring.storage.contract import Writes
from slipring.storage.encryption.opening import unlocked
from slipring.storage.memory import MemoryStore
from slipring.storage.sealing import MasterKeyError
from tests.encryption.stores import ITEM, MASTER_KEY, encrypted, write


def refused(beneath: MemoryStore, master_key: bytes | None, *, wanted: bool = False) -> str:
    with pytest.raises(MasterKeyError) as error:
        asyncio.run(_unlock(beneath, master_key, wanted))
    assert "\n" not in str(error.value)
    return str(error.value)


async def _unlock(beneath: MemoryStore, master_key: bytes | None, wanted: bool) -> None:
    await unlocked(beneath, master_key, os.urandom, wanted=wanted)


def test_an_encrypted_store_opens_with_its_master_key_only() -> None:
    """Before anything is read or written, and whether or not the setting is given again."""
    beneath = MemoryStore()
    asyncio.run(encrypted(beneath))
    for wanted in (False, True):
        assert "is not the one that the store is encrypted with" in refused(beneath, b"\x01" * 32, wanted=wanted)
        assert "the store is encrypted: it needs its master_key" in refused(beneath, None, wanted=wanted)
    asyncio.run(_unlock(beneath, MASTER_KEY, False))


def test_encryption_needs_a_master_key() -> None:
    assert refused(MemoryStore(), None, wanted=True).startswith("encryption needs a master_key")


def test_a_store_in_use_is_not_made_an_encrypted_one() -> None:
    """What is there would stay as it was, and nobody would know which values are safe."""
    for key in (keyspace.table_record("", "Music"), ITEM + b"k", keyspace.backup("", "Music", "1")):
        beneath = MemoryStore()
        asyncio.run(_put(beneath, key))
        assert "holds tables that are not encrypted" in refused(beneath, MASTER_KEY, wanted=True)
    beneath = MemoryStore()
    asyncio.run(_put(beneath, b"\x01auuser"))
    asyncio.run(encrypted(beneath))


async def _put(beneath: MemoryStore, key: bytes) -> None:
    await write(beneath, {key: b"value"})


def test_without_encryption_the_store_is_itself() -> None:
    """So it costs nothing. A master key alone, which secrets of identities are sealed with, changes nothing."""

    async def scenario() -> None:
        beneath = MemoryStore()
        for master_key in (None, MASTER_KEY):
            assert await unlocked(beneath, master_key, os.urandom, wanted=False) is beneath
        await beneath.commit([], lambda _: Writes({ITEM: b"v"}, None, None))

    asyncio.run(scenario())
