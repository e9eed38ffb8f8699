"""Encrypted stores over stores in memory, and what lies beneath them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from slipring.storage.contract import Store, Writes
from slipring.storage.encryption.opening import unlocked
from slipring.storage.memory import MemoryStore

MASTER_KEY = bytes(range(32))
ITEM = b"\x02\x00\x00\x00\x01"
"""The prefix of a table's items."""
OTHER = b"\x02\x00\x00\x00\x02"
ENTRY = b"\x03\x00\x00\x00\x01"
RECORD = b"\x09r\x00\x00\x00\x01"


async def encrypted(beneath: Store, master_key: bytes = MASTER_KEY) -> Store:
    return await unlocked(beneath, master_key, os.urandom, wanted=True)


async def fresh() -> tuple[Store, MemoryStore]:
    beneath = MemoryStore()
    return await encrypted(beneath), beneath


async def write(store: Store, puts: dict[bytes, bytes | None], reads: Sequence[bytes] = ()) -> list[bytes | None]:
    """Put values; returns what a commit that reads these keys saw."""
    return await store.commit(reads, lambda old: Writes(puts, None, list(old)))


async def contents(store: Store) -> dict[bytes, bytes]:
    return dict(await store.scan(b"", b"\xff", limit=1 << 20, bytes_max=1 << 40))
