"""A store whose process dies at a commit of one's choice, and what is there afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slipring.engine import keyspace
from slipring.engine.engine import Engine
from slipring.model.keys import successor
from slipring.storage.contract import Decide, R, Reader
from slipring.storage.memory import MemoryStore


class Died(BaseException):
    """The process is no more: nobody catches this and goes on."""


class MortalStore(MemoryStore):
    """What was committed before the death is kept, as on a disk; after it nothing can be done until the next process
    `revive`s the store."""

    def __init__(self) -> None:
        super().__init__()
        self.commits_left: int | None = None

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "durability": "fsync"}

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        if self.commits_left is not None:
            if self.commits_left <= 0:
                raise Died
            self.commits_left -= 1
        return await super().commit(reads, decide)

    def revive(self) -> None:
        self.commits_left = None


async def do_jobs(engine: Engine) -> None:
    """Let the background work on jobs until none is left."""
    while jobs := await engine.background._jobs():
        await engine.background._step(*jobs[0])


async def ids_in_use(reader: Reader) -> set[int]:
    """The table ids under which there are items or entries."""
    found: set[int] = set()
    for space in (keyspace.ITEMS, b"\x03"):
        start = space
        while pairs := await reader.scan(start, successor(space), limit=1, bytes_max=1):
            table_id = pairs[0][0][1:5]
            found.add(int.from_bytes(table_id, "big"))
            start = successor(space + table_id)
    return found
