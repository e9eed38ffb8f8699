"""The scrub finds what was damaged, names it, and repairs what can be made from the items; of a sound store it says
nothing. Each damage is done to the store behind the engine's back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import orjson
import pytest

from slipring.clock import Ids, ManualClock
from slipring.engine import keyspace, rows
from slipring.engine.changes import Change
from slipring.engine.scrub.findings import Finding, Kind, Watch
from slipring.engine.scrub.passes import Passes
from slipring.engine.scrub.run import Result, scrub, size_of
from slipring.engine.table import Table
from slipring.model.keys import successor
from slipring.model.sizes import item_bytes
from slipring.storage.contract import Store, Writes
from slipring.storage.memory import MemoryStore
from tests.engine.running import Process
from tests.engine.test_recovery import ENABLED, History, check, finish


class Scene:
    """A table with everything: indexes, a stream, recovery, time to live, a backup; and what a scrub says of it."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = ManualClock()
        self.process = Process(self.store, self.clock)
        self.history = History(self.process, self.clock, Random(7), "things")
        self.advanced = 0
        self.table: Table

    async def prepare(self) -> Scene:
        process, history = self.process, self.history
        await history.create(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
        for _ in range(20):
            await history.write()
        specification = {"Enabled": True, "AttributeName": "expires"}
        await process.call("UpdateTimeToLive", TableName="things", TimeToLiveSpecification=specification)
        await process.engine.follow_clock()
        await process.call("UpdateContinuousBackups", TableName="things", PointInTimeRecoverySpecification=ENABLED)
        for _ in range(60):
            await history.write()
        key = {"pk": {"S": "p1"}, "sk": {"N": "1"}}
        item = {**key, "expires": {"N": str(int(self.clock.now()) + 99)}, "group": {"S": "g"}}
        await process.call("PutItem", TableName="things", Item=item)
        history.items["p1 1"] = item
        await process.call("CreateBackup", TableName="things", BackupName="backup")
        await finish(process)
        await process.call("CreateTable", **GONE)
        await process.put("gone", "a")
        await process.call("DeleteTable", TableName="gone")
        self.table = await process.engine.catalog.table("things")
        return self

    async def scrub(self, *, repairs: bool = False) -> Result:
        self.advanced = 0
        return await scrub(self.store, Watch(lambda _: None, self._advance), repairs=repairs)

    def _advance(self, keys: int) -> None:
        self.advanced += keys

    async def put(self, key: bytes, value: bytes | None) -> None:
        await self.store.commit((), lambda _: Writes({key: value}, None, None))

    async def first(self, prefix: bytes, skipped: int = 0) -> tuple[bytes, bytes]:
        found = await self.store.scan(prefix, successor(prefix), limit=skipped + 1, bytes_max=1 << 20)
        return found[skipped]


GONE: dict[str, Any] = {
    "TableName": "gone",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
}

Damage = Callable[[Scene], Awaitable[None]]


def flipped(value: bytes) -> bytes:
    return value[:-2] + bytes([value[-2] ^ 1]) + value[-1:]


async def _item(scene: Scene) -> None:
    key, row = await scene.first(scene.table.prefix)
    await scene.put(key, flipped(row))


async def _moved_item(scene: Scene) -> None:
    key, row = await scene.first(scene.table.prefix)
    await scene.put(key + b"\x00", row)


async def _entry(scene: Scene, change: Callable[[bytes], bytes | None]) -> None:
    key, row = await scene.first(scene.table.index_by_name["groups"].prefix, 2)
    await scene.put(key, change(row))


async def _other_entry(scene: Scene) -> None:
    key, row = await scene.first(scene.table.index_by_name["local"].prefix, 1)
    item = {**rows.decode(row), "text": {"S": "other"}}
    await scene.put(key, rows.encode(item, rows.item_bytes(row)))


async def _stray_entry(scene: Scene) -> None:
    key, row = await scene.first(scene.table.index_by_name["groups"].prefix)
    await scene.put(key[:-1] + bytes([key[-1] ^ 1]), row)


async def _counter(scene: Scene) -> None:
    counts = {scene.table.index_by_name["groups"].count_key: (1, -3)}
    await scene.store.commit((), lambda _: Writes({}, counts, None))


async def _collection(scene: Scene) -> None:
    key, _ = await scene.first(scene.table.collections_prefix)
    await scene.store.commit((), lambda _: Writes({}, {key: (0, 5)}, None))


async def _record(scene: Scene) -> None:
    key, value = await scene.first(keyspace.journal(scene.table.id), 30)
    await scene.put(key, flipped(value))


async def _missing_record(scene: Scene) -> None:
    """From between two of its shard."""
    prefix = keyspace.journal(scene.table.id)
    found = [key for key, _ in await scene.store.scan(prefix, successor(prefix), limit=1000, bytes_max=1 << 30)]
    triples = zip(found, found[1:], found[2:], strict=False)
    await scene.put(next(key for before, key, after in triples if before[:-5] == after[:-5]), None)


async def _silent_write(scene: Scene) -> None:
    """An item that was written without its record, in the form of a sound one."""
    key, row = next(iter(await scene.store.scan(scene.table.prefix, b"\x03", limit=1, bytes_max=1)))
    item = {**rows.decode(row), "text": {"S": "silent"}}
    puts: dict[bytes, bytes | None] = {}
    counts: dict[bytes, tuple[int, int]] = {}
    Change(scene.table, key, item, row, None, item, rows.encode(item, item_bytes(item))).write(puts, counts)
    await scene.store.commit((), lambda _: Writes(puts, counts, None))


async def _gone_record(scene: Scene) -> None:
    """In the journal of a dropped table, whose stream can still be read."""
    everything = await scene.store.scan(keyspace.journal(0), b"\x0a", limit=10_000, bytes_max=1 << 30)
    key, value = everything[-1]
    await scene.put(key, flipped(value))


async def _expiry(scene: Scene) -> None:
    assert scene.table.expiry is not None
    key, _ = await scene.first(keyspace.index_entries(scene.table.id, scene.table.expiry.id))
    await scene.put(key, None)
    await scene.put(key[:-1] + bytes([key[-1] ^ 1]), b"")


async def _backup(scene: Scene) -> None:
    ids = [each["ItemsId"] async for each in _backups(scene.store)]
    key, row = await scene.first(keyspace.items(ids[0]))
    await scene.put(key, flipped(row))


async def _backups(store: Store) -> Any:
    for _, value in await store.scan(keyspace.BACKUP_RECORDS, b"\x01c", limit=9, bytes_max=1 << 20):
        yield orjson.loads(value)


async def _left_over(scene: Scene) -> None:
    await scene.put(keyspace.items(4_000_000) + b"x", b"y")


REPAIRED: dict[str, tuple[Damage, set[Kind]]] = {
    "entry missing": (lambda scene: _entry(scene, lambda _: None), {Kind.ENTRY_MISSING}),
    "entry damaged": (lambda scene: _entry(scene, flipped), {Kind.ENTRY_WRONG, Kind.ENTRY_DAMAGED}),
    "entry of other content": (_other_entry, {Kind.ENTRY_WRONG}),
    "entry of no item": (_stray_entry, {Kind.ENTRY_STRAY}),
    "counter": (_counter, {Kind.COUNTER_WRONG}),
    "counter of a collection": (_collection, {Kind.COUNTER_WRONG}),
    "expiry": (_expiry, {Kind.ENTRY_MISSING, Kind.ENTRY_STRAY}),
}

TOLD: dict[str, tuple[Damage, set[Kind]]] = {
    "item": (_item, {Kind.ITEM_DAMAGED}),
    "item in another's place": (_moved_item, {Kind.ITEM_MISPLACED, Kind.COUNTER_WRONG}),
    "journal record": (_record, {Kind.JOURNAL_DAMAGED}),
    "journal record missing": (_missing_record, {Kind.JOURNAL_BROKEN}),
    "write without record": (_silent_write, {Kind.JOURNAL_DIFFERS}),
    "journal of a dropped table": (_gone_record, {Kind.JOURNAL_DAMAGED}),
    "backup": (_backup, {Kind.ITEM_DAMAGED}),
    "left over": (_left_over, {Kind.LEFT_OVER}),
}


def test_of_a_sound_store_nothing_is_said() -> None:
    """A scrub that cries wolf is turned off. Its progress reaches what was foretold."""

    async def scenario() -> None:
        scene = await Scene().prepare()
        expected = await size_of(scene.store)
        assert (await scene.scrub()).findings == []
        assert abs(scene.advanced - expected) < 20

    asyncio.run(scenario())


@pytest.mark.parametrize("damage", REPAIRED)
def test_what_can_be_made_from_the_items_is_repaired(damage: str) -> None:
    """The damage is found, repaired, and then gone; and nothing else was changed."""

    async def scenario() -> None:
        scene = await Scene().prepare()
        do, kinds = REPAIRED[damage]
        await do(scene)
        assert _kinds(await scene.scrub()) == kinds
        result = await scene.scrub(repairs=True)
        assert result.repaired == len(result.findings) > 0
        assert (await scene.scrub()).findings == []
        await check(scene.process, "things", scene.history.items)

    asyncio.run(scenario())


@pytest.mark.parametrize("damage", TOLD)
def test_what_cannot_be_repaired_is_told_and_left(damage: str) -> None:
    """Guessing would turn a known loss into a silent one."""

    async def scenario() -> None:
        scene = await Scene().prepare()
        do, kinds = TOLD[damage]
        await do(scene)
        result = await scene.scrub()
        assert kinds <= _kinds(result)
        assert all(str(finding) for finding in result.findings)
        await scene.scrub(repairs=True)
        assert _kinds(await scene.scrub()) & kinds - {Kind.COUNTER_WRONG}

    asyncio.run(scenario())


def _kinds(result: Result) -> set[Kind]:
    return {finding.kind for finding in result.findings}


def test_the_background_scrubs_when_it_is_due(caplog: pytest.LogCaptureFixture) -> None:
    """Once an interval, counted from the store's first start, by whichever process comes first; what is found is
    logged and counted."""

    async def scenario() -> None:
        scene = await Scene().prepare()
        passes = Passes(scene.store, scene.clock, Ids(), 1000.0)
        other = Passes(scene.store, scene.clock, Ids(), 1000.0)
        assert not await passes.scrub_if_due()
        await _counter(scene)
        scene.clock.advance(999)
        assert not await passes.scrub_if_due()
        scene.clock.advance(1)
        assert await passes.scrub_if_due()
        assert passes.differences == 1
        assert not await other.scrub_if_due()
        assert other.differences == 1

    asyncio.run(scenario())
    assert "counter wrong: things index groups" in caplog.text
    assert str(Finding(Kind.LEFT_OVER, "t", "", b"\x01")) == "keys of a table that is not there: t: 01"
