"""Bringing back what was saved: copied beside what is there, then put in its place in one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from slipring.engine import backfill, keyspace, time_to_live
from slipring.engine.catalog import is_being_restored
from slipring.engine.contents import Contents, contents_of, everything, expected, removal
from slipring.engine.engine import Engine
from slipring.engine.snapshots.copying import copy, moved, new_ids
from slipring.engine.snapshots.errors import SnapshotError
from slipring.engine.snapshots.under_way import Loading
from slipring.engine.table import guard_value
from slipring.storage.contract import Reader, Writes

_ATTEMPTS_MAX = 16


async def load(engine: Engine, reader: Reader, contents: Contents, namespace: str | None) -> None:
    """Make a namespace, or all, hold what `contents` tells and `reader` reads: nothing else, and all at once.

    The tables get new ids, so whoever is at work on the old ones finds them gone. Raises SnapshotError while a table
    is being restored or copied."""
    store = engine.store
    ids = await new_ids(store, contents.ids())
    under_way = Loading(store, engine.clock, engine.ids, list(ids.values()))
    await under_way.begin()
    try:
        await copy(store, reader, contents, ids, under_way.go_on)
        puts = {**_records(moved(contents, ids)), **await _positions(reader, ids)}
        for _ in range(_ATTEMPTS_MAX):
            if await _put_in_place(engine, puts, namespace, under_way.key):
                return
        raise SnapshotError("the tables keep changing: nothing was loaded")
    except BaseException:
        await under_way.give_up()
        raise
    finally:
        await under_way.end()
        engine.background.wake()


Puts = Mapping[bytes, bytes | None]


async def _put_in_place(engine: Engine, after: Puts, namespace: str | None, under_way: bytes) -> bool:
    """False if a table came, changed or went at the same moment."""
    store = engine.store
    last_id = await store.get(keyspace.LAST_TABLE_ID)
    before = await contents_of(store, namespace)
    _check(before)
    tokens = keyspace.TOKENS if namespace is None else keyspace.tokens(namespace)
    # A request that is sent again was not done yet, now that what it did is taken back.
    forgotten = [key for key, _ in await everything(store, tokens)]
    puts = {**removal(before), **dict.fromkeys(forgotten), **after, under_way: None}
    still = expected(before, last_id)

    def decide(old: Sequence[bytes | None]) -> Writes[bool]:
        if old[-1] is None:
            raise SnapshotError("what was being loaded was deleted meanwhile: nothing was loaded")
        if list(old[:-1]) != [*still.values()]:
            return Writes({}, None, False)
        return Writes(puts, None, True)

    return await store.commit([*still, under_way], decide)


def _check(contents: Contents) -> None:
    for (_, name), record in contents.tables.items():
        if is_being_restored(record) or record.get("Copies"):
            raise SnapshotError(f"table {name} is being restored or copied: try again when that is done")


def _records(contents: Contents) -> dict[bytes, bytes | None]:
    puts: dict[bytes, bytes | None] = {}
    for (namespace, name), record in contents.tables.items():
        puts[keyspace.table_record(namespace, name)] = orjson.dumps(record)
        puts[keyspace.table_guard(record["Id"])] = guard_value(record)
        puts.update(_jobs(namespace, record))
    for key, stream in contents.streams.items():
        puts[keyspace.stream(*key)] = orjson.dumps(stream)
    for table_id, journal in contents.journals.items():
        puts[keyspace.journal_record(table_id)] = orjson.dumps(journal)
    return puts


async def _positions(reader: Reader, ids: Mapping[int, int]) -> dict[bytes, bytes | None]:
    """How far triggers had come in the streams that are brought back. A snapshot that lasts does not know it, as it has
    the rows of tables alone: then they begin anew."""
    puts: dict[bytes, bytes | None] = {}
    for key, value in await everything(reader, keyspace.TRIGGER_POSITIONS):
        table_id, _ = keyspace.parse_trigger_position(key)
        if table_id in ids:
            puts[keyspace.moved_trigger_position(key, ids[table_id])] = value
    return puts


def _jobs(namespace: str, record: Mapping[str, Any]) -> dict[bytes, bytes | None]:
    """What was still to be done for the table begins anew; what of it was done already is done again without harm."""
    table_id, first_step = record["Id"], backfill.first_step(namespace, record["TableName"])
    puts: dict[bytes, bytes | None] = {}
    if "TimeToLive" in record:
        puts[keyspace.expiring_table(table_id)] = time_to_live.expiring_table(dict(record), namespace)
        puts[keyspace.expiry_job(table_id, record["TimeToLive"]["Id"])] = first_step
    for index in record.get("GlobalSecondaryIndexes", ()):
        if index.get("Backfilling"):
            puts[keyspace.backfill_job(table_id, index["Id"])] = first_step
    return puts
