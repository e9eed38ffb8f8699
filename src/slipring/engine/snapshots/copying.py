"""Copying what lies under table ids to ids that nothing else uses.

Whatever is copied cannot be seen until a record names its id, so a copy may take its time and be given up at any
point. Rows are copied as they are stored, entries and counters with them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from slipring.engine import erasure, keyspace
from slipring.engine.contents import Contents, everything
from slipring.model.keys import successor
from slipring.storage.contract import Reader, Store, Writes, decode_counts

FORMAT = 1
"""Of a snapshot's record. One of a later version is refused, not guessed at."""

_KEYS_PER_STEP = 512
_BYTES_PER_STEP = 1024 * 1024


def erasure_of(record: Mapping[str, Any]) -> dict[bytes, bytes | None]:
    """What to write so that the rows of a snapshot are erased."""
    puts: dict[bytes, bytes | None] = {}
    for table_id in record["Ids"]:
        puts.update(erasure.of_everything(table_id))
    return puts


async def ids_of_all(reader: Reader) -> set[int]:
    """The table ids under which the rows of snapshots lie, also of such as are being copied now."""
    found = await everything(reader, keyspace.SNAPSHOTS)
    return {table_id for _, value in found for table_id in orjson.loads(value)["Ids"]}


async def new_ids(store: Store, old_ids: Sequence[int]) -> dict[int, int]:
    """For each table id one that nobody has."""

    def decide(old: Sequence[bytes | None]) -> Writes[int]:
        last = int.from_bytes(old[0] or b"", "big")
        return Writes({keyspace.LAST_TABLE_ID: (last + len(old_ids)).to_bytes(8, "big")}, None, last)

    last = await store.commit([keyspace.LAST_TABLE_ID], decide)
    return {old_id: last + place for place, old_id in enumerate(old_ids, 1)}


def moved(contents: Contents, ids: Mapping[int, int]) -> Contents:
    """The same records with the ids that they are copied to."""

    def stream(record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "TableId": ids[record["TableId"]]}

    def table(record: dict[str, Any]) -> dict[str, Any]:
        after = {name: value for name, value in record.items() if name not in ("Archive", "Copies")}
        return {**after, "Id": ids[record["Id"]], **({"Stream": stream(after["Stream"])} if "Stream" in after else {})}

    return Contents(
        {key: table(record) for key, record in contents.tables.items()},
        {key: stream(record) for key, record in contents.streams.items()},
        {ids[table_id]: record for table_id, record in contents.journals.items()},
    )


async def _nothing() -> None:
    pass


async def copy(
    store: Store,
    reader: Reader,
    contents: Contents,
    ids: Mapping[int, int],
    before_each: Callable[[], Awaitable[None]] = _nothing,
) -> None:
    """Copy everything that lies under the ids of `contents`, in steps, with `before_each` before each of them."""
    records = {record["Id"]: record for record in contents.tables.values()}
    for old_id, new_id in ids.items():
        ranges = [(*pair, False) for pair in _prefixes(records.get(old_id), old_id, new_id)]
        ranges += [(*pair, True) for pair in _counter_prefixes(records.get(old_id), old_id, new_id)]
        for old_prefix, new_prefix, is_counter in ranges:
            async for writes in _copied(reader, old_prefix, new_prefix, is_counter=is_counter):
                await before_each()
                await store.commit((), lambda _, writes=writes: writes)  # type: ignore[misc]


def index_ids(record: Mapping[str, Any]) -> list[int]:
    """The ids of a table's indexes, that of time to live included. What other ids have is being erased."""
    indexes = [*record.get("LocalSecondaryIndexes", ()), *record.get("GlobalSecondaryIndexes", ())]
    return [each["Id"] for each in [*indexes, *([record["TimeToLive"]] if "TimeToLive" in record else ())]]


Pairs = Iterator[tuple[bytes, bytes]]


def _prefixes(record: Mapping[str, Any] | None, old_id: int, new_id: int) -> Pairs:
    if record is not None:
        yield keyspace.items(old_id), keyspace.items(new_id)
        for each in index_ids(record):
            yield keyspace.index_entries(old_id, each), keyspace.index_entries(new_id, each)
    yield keyspace.journal_heads(old_id), keyspace.journal_heads(new_id)
    yield keyspace.journal(old_id), keyspace.journal(new_id)


def _counter_prefixes(record: Mapping[str, Any] | None, old_id: int, new_id: int) -> Pairs:
    if record is not None:
        for each in (keyspace.TABLE_ITSELF, *index_ids(record)):
            yield keyspace.counts(old_id, each), keyspace.counts(new_id, each)
        yield keyspace.collections(old_id), keyspace.collections(new_id)
    yield keyspace.journal_counts(old_id), keyspace.journal_counts(new_id)


async def _copied(
    reader: Reader, old_prefix: bytes, new_prefix: bytes, *, is_counter: bool
) -> AsyncIterator[Writes[None]]:
    """What to write to copy a range, step by step."""
    start, stop = old_prefix, successor(old_prefix)
    while found := await reader.scan(start, stop, limit=_KEYS_PER_STEP, bytes_max=_BYTES_PER_STEP):
        puts: dict[bytes, bytes | None] = {new_prefix + key[len(old_prefix) :]: value for key, value in found}
        if is_counter:
            counts = {key: decode_counts(value) for key, value in puts.items()}
            yield Writes({}, counts, None)
        else:
            yield Writes(puts, None, None)
        start = found[-1][0] + b"\x00"
        await asyncio.sleep(0)
