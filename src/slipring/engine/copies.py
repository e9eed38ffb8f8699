"""Copying a table as it was at some moment, while writes to it go on.

Two passes over the source, in bounded steps. The first copies the items, each as it happens to be when its turn comes.
The second goes back through the source's journal, from the newest record down to the moment, and undoes in the copy
what each tells: the item is again what the record says it was before. Whatever the first pass caught of later writes
is gone then; what it did not catch is undone to what is there already. So the result is the table at that moment,
exactly, and no snapshot has to be held open meanwhile.

The source's record names its copies (`Copies`): while there are any, the journal is written and kept, and the table
cannot be dropped. The job's value moves on in the commit of each step, so a crash loses at most a step that was not
committed, and of two processes at one job one does each step.

Backups are copied to, and are, tables without a name: items under a table id of their own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from slipring.engine import journal, keyspace, rows
from slipring.engine.catalog import Catalog
from slipring.engine.changes import Change
from slipring.engine.shards import (
    US_PER_SECOND,
    cut,
    first_position,
    is_wanted,
    microseconds,
    position_value,
    shard_number_of,
)
from slipring.engine.table import Table, TableRecord
from slipring.model.errors.tree import ResourceNotFoundException
from slipring.model.keys import successor
from slipring.storage.contract import Store, StoreDamaged, Writes

_ITEMS_PER_STEP = 128
_BYTES_PER_STEP = 1024 * 1024

Job = dict[str, Any]
"""A copy's job as it is stored: Source, the table id to copy from, and what `moment` told; Pass, `items` or `journal`;
Place, where the pass stands; and what the owner of the job adds (`engine.backups`, `engine.restores`)."""


class Overtaken(Exception):
    """Somebody else has done this step of the job."""


def new_job(source_id: int, moment: Mapping[str, int] | None) -> Job:
    """Without a `moment` the source does not change any more, and is copied as it is."""
    return {"Source": source_id, "Moment": moment, "Pass": "items", "Place": ""}


def before_shard(number: int) -> dict[str, int]:
    """The moment before the first record of this shard and of all that come after it."""
    return {"FirstShard": number, "TimeUs": -1}


def after_time(time: float, first_shard: int) -> dict[str, int]:
    """The moment after everything that happened at this time or before, for a journal that begins with a shard."""
    return {"FirstShard": first_shard, "TimeUs": microseconds(time)}


def beyond(moment: Mapping[str, int]) -> float:
    """The first time after a moment that `after_time` told."""
    return (moment["TimeUs"] + 1) / US_PER_SECOND


def pinned(record: TableRecord, copy_id: int, since: float) -> TableRecord:
    """The source's record while it is copied: its journal is kept from `since`."""
    return {**record, "Copies": {**record.get("Copies", {}), str(copy_id): {"Since": since}}}


async def release(catalog: Catalog, source: TableRecord, namespace: str, copy_id: int, now: float) -> None:
    """Let the source go. Done again, after a crash, it changes nothing."""

    def revise(record: TableRecord) -> TableRecord:
        return _released(record, copy_id, now) if record["Id"] == source["Id"] else record

    with contextlib.suppress(ResourceNotFoundException):
        await catalog.change(source["TableName"], namespace, revise)


def _released(record: TableRecord, copy_id: int, now: float) -> TableRecord:
    copies = {name: copy for name, copy in record.get("Copies", {}).items() if name != str(copy_id)}
    after = {**record, "Copies": copies}
    return after if is_wanted(after) or not is_wanted(record) else cut(after, now)


async def replace(store: Store, job_key: bytes, before: bytes, after: bytes) -> None:
    """Move a job on. Raises Overtaken."""

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        if old[0] != before:
            raise Overtaken
        return Writes({job_key: after}, None, None)

    await store.commit([job_key], decide)


async def step(store: Store, target: Table, job_key: bytes, job_value: bytes) -> bool:
    """Do the next stretch of a copy. Returns False once everything is copied. Raises Overtaken."""
    job: Job = orjson.loads(job_value)
    stretch = await (_next_items if job["Pass"] == "items" else _next_records)(store, job)
    if stretch is None:
        if job["Pass"] == "journal" or job["Moment"] is None:
            return False
        stretch = _Stretch({}, {**job, "Pass": "journal", "Place": ""})
    await _commit(store, target, stretch, job_key, job_value)
    return True


class _Stretch(NamedTuple):
    states: dict[bytes, bytes | None]
    """The rows to have, or None for no item, by item key without its table."""
    job: Job
    """The job after it."""


async def _next_items(store: Store, job: Job) -> _Stretch | None:
    prefix = keyspace.items(job["Source"])
    start = bytes.fromhex(job["Place"]) if job["Place"] else prefix
    found = await store.scan(start, successor(prefix), limit=_ITEMS_PER_STEP, bytes_max=_BYTES_PER_STEP)
    if not found:
        return None
    states: dict[bytes, bytes | None] = {key[len(prefix) :]: row for key, row in found}
    return _Stretch(states, {**job, "Place": (found[-1][0] + b"\x00").hex()})


async def _next_records(store: Store, job: Job) -> _Stretch | None:
    """What to undo next. In a shard the first record that is not later than the moment ends the shard: times never go
    back in it."""
    prefix, moment = keyspace.journal(job["Source"]), job["Moment"]
    start = prefix + position_value(first_position(moment["FirstShard"]))
    stop = bytes.fromhex(job["Place"]) if job["Place"] else successor(prefix)
    if stop <= start:
        return None
    found = await store.scan(start, stop, limit=_ITEMS_PER_STEP, bytes_max=_BYTES_PER_STEP, reverse=True)
    if not found:
        return None
    states: dict[bytes, bytes | None] = {}
    place = found[-1][0]
    for key, value in found:
        entry = journal.decode(value)
        if entry.time_us <= moment["TimeUs"]:
            number = shard_number_of(int.from_bytes(key[-8:], "big"))
            place = prefix + position_value(first_position(number))
            break
        if entry.old_row is None and not entry.is_insert:
            raise StoreDamaged("a record of the journal lacks what was replaced")
        states[entry.item_key] = entry.old_row
    return _Stretch(states, {**job, "Place": place.hex()})


async def _commit(store: Store, target: Table, stretch: _Stretch, job_key: bytes, job_value: bytes) -> None:
    keys = [target.prefix + key for key in stretch.states]

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        if old[0] != job_value:
            raise Overtaken
        puts: dict[bytes, bytes | None] = {job_key: orjson.dumps(stretch.job)}
        counts: dict[bytes, tuple[int, int]] = {}
        for change in _changes(target, keys, old[1:], stretch.states.values()):
            change.write(puts, counts)
        return Writes(puts, counts, None)

    await store.commit([job_key, *keys], decide)


def _changes(
    target: Table, keys: Iterable[bytes], old: Iterable[bytes | None], new: Iterable[bytes | None]
) -> Iterable[Change]:
    for key, old_row, new_row in zip(keys, old, new, strict=True):
        if old_row == new_row:
            continue
        needs_items = target.has_entries
        new_item = rows.decode(new_row) if needs_items and new_row is not None else None
        old_item = rows.decode(old_row) if needs_items and old_row is not None else None
        yield Change(target, key, new_item or old_item or {}, old_row, old_item, new_item, new_row)
