"""Snapshots that something comes in the way of: what is there stays whole."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from slipring.clock import ManualClock
from slipring.engine import keyspace
from slipring.engine.contents import contents_of
from slipring.engine.snapshots.errors import SnapshotError
from slipring.engine.snapshots.saved import Snapshots
from slipring.model.keys import successor
from slipring.storage.contract import Decide, R, StoreUnavailable
from tests.engine.mortal import do_jobs
from tests.engine.running import InterruptedStore, Process


class LastingStore(InterruptedStore):
    """A store that says that it outlives its process, and at times cannot say whether a commit was done."""

    def __init__(self) -> None:
        super().__init__()
        self.loses_answer_of = b""
        """The commit that reads this key is done, and its answer lost."""

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "durability": "fsync"}

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        result = await super().commit(reads, decide)
        if self.loses_answer_of and self.loses_answer_of in reads:
            self.loses_answer_of = b""
            raise StoreUnavailable("The connection broke.")
        return result


def test_what_was_loaded_stays_when_the_answer_is_lost() -> None:
    """The load fails for its caller, though the tables are in their place: they must not be erased as remains."""

    async def scenario() -> None:
        store = LastingStore()
        process = Process(store, ManualClock())
        snapshots = Snapshots(process.engine)
        await process.make_table("things")
        await process.put("things", "a")
        await snapshots.save("before")
        store.loses_answer_of = keyspace.table_record("", "things")
        with pytest.raises(StoreUnavailable):
            await snapshots.load("before")
        await do_jobs(process.engine)
        assert await process.get("things", "a") == {"pk": {"S": "a"}}

    asyncio.run(scenario())


def test_a_load_that_is_deleted_as_broken_off_does_not_take_place() -> None:
    """Its rows are being erased: they would be missing from the tables."""

    async def scenario() -> None:
        store = LastingStore()
        process = Process(store, ManualClock())
        snapshots = Snapshots(process.engine)
        await process.make_table("things")
        await process.put("things", "a")
        await snapshots.save("before")

        async def tidy_up() -> None:
            [broken_off] = [each for each in await snapshots.all() if each.name != "before"]
            await snapshots.delete(broken_off.name)

        # After the new ids, the load's lease and its own record.
        store.before_commit(tidy_up, skipped=3)
        with pytest.raises(SnapshotError):
            await snapshots.load("before")
        await do_jobs(process.engine)
        assert await process.get("things", "a") == {"pk": {"S": "a"}}

    asyncio.run(scenario())


def test_a_snapshot_that_is_deleted_while_it_is_saved_is_not_there() -> None:
    """Some of its rows are gone; it must not be taken for a complete one, nor leave the others behind."""

    async def scenario() -> None:
        store = LastingStore()
        process = Process(store, ManualClock())
        snapshots = Snapshots(process.engine)
        await process.make_table("things")
        await process.put("things", "a")

        async def delete() -> None:
            await snapshots.delete("before")
            await do_jobs(process.engine)

        store.before_commit(delete, skipped=2)
        with pytest.raises(SnapshotError):
            await snapshots.save("before")
        assert await snapshots.all() == []
        await do_jobs(process.engine)
        items = await store.scan(keyspace.ITEMS, successor(keyspace.ITEMS), limit=9, bytes_max=1 << 20)
        assert len(items) == 1, "the table's own"

    asyncio.run(scenario())


def test_a_name_is_taken_once_by_two_processes_too() -> None:
    async def scenario() -> None:
        store = LastingStore()
        process = Process(store, ManualClock())
        one, other = Snapshots(process.engine), Snapshots(process.engine)
        await process.make_table("things")

        async def save() -> None:
            await other.save("before")

        store.before_commit(save)
        with pytest.raises(SnapshotError):
            await one.save("before")
        assert [each.is_complete for each in await one.all()] == [True]

    asyncio.run(scenario())


class LookingStore(LastingStore):
    """A store in which something happens while somebody looks for request tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], Coroutine[Any, Any, None]] | None = None

    async def scan(
        self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False
    ) -> list[tuple[bytes, bytes]]:
        if start == keyspace.TOKENS and self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        return await super().scan(start, stop, limit=limit, bytes_max=bytes_max, reverse=reverse)


def test_a_table_that_is_made_while_a_load_looks_around_goes_too() -> None:
    """Afterwards there is what was saved and nothing else."""

    async def scenario() -> None:
        store = LookingStore()
        process = Process(store, ManualClock())
        snapshots = Snapshots(process.engine)
        await process.make_table("things")
        await snapshots.save("before")

        async def make() -> None:
            await process.make_table("others")

        store.meanwhile = make
        await snapshots.load("before")
        assert store.meanwhile is None
        contents = await contents_of(store, None)
        assert [name for _, name in contents.tables] == ["things"]

    asyncio.run(scenario())
