"""What the keyring notes of the keys that it finds."""

from __future__ import annotations

import asyncio

from slipring.clock import Ids, SystemClock
from slipring.iam import keyspace
from slipring.iam.access import access_to
from slipring.model.keys import successor
from slipring.storage.backends import open_store


def test_last_uses_are_noted_of_lasting_keys_alone() -> None:
    """Every session has a key of its own, and nobody asks for its last use: the store would grow with every one."""
    noted = asyncio.run(_noted("AKIALASTING", "ASIAPASSING"))
    assert noted == [keyspace.last_use("AKIALASTING")]


async def _noted(*used: str) -> list[bytes]:
    store = open_store("memory:")
    await store.start()
    try:
        access = access_to(store, SystemClock(), Ids(), bytes(32), None, 5.0)
        for key in used:
            access.keyring.used(key, "dynamodb", "eu-west-1")
        await access.keyring.stop()
        rows = await store.scan(keyspace.LAST_USES, successor(keyspace.LAST_USES), limit=10, bytes_max=1 << 20)
    finally:
        await store.close()
    return [key for key, _ in rows]
