"""A table's journal: each record reads back, positions have no gaps, times never go back, and what the records tell of
an item leads from one to the next and ends at what the table holds.

That the table is what its history made it can only be told where the history is whole: from the shard with which the
present stream or recovery began.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import orjson

from slipring.engine import journal, keyspace, rows
from slipring.engine.journal import Entry
from slipring.engine.scrub.findings import Finding, Kind, Watch, pages
from slipring.engine.shards import decode_head, first_position, is_open, is_wanted, position_value, shard_number_of
from slipring.model.keys import successor
from slipring.storage.contract import Snapshot, StoreDamaged, decode_counts

_KEYS_PER_PASS = 200_000
"""How many items' states are held in memory at once; a long journal is read in several passes."""
_NO_ITEM = 0


async def check_journal(snapshot: Snapshot, table_id: int, name: str, record: Mapping[str, Any], watch: Watch) -> None:
    """`record` is the table's; empty for the journal of a table that was dropped, which tells of no table any more."""
    records, _ = decode_counts(await snapshot.get(keyspace.journal_counts(table_id)))
    passes = 1 + records // _KEYS_PER_PASS if record else 1
    for number in range(passes):
        await _Pass(snapshot, table_id, name, record, watch, number, passes).run()


class _Pass:
    """One reading of the journal, which follows one part of the items."""

    def __init__(
        self,
        snapshot: Snapshot,
        table_id: int,
        name: str,
        record: Mapping[str, Any],
        watch: Watch,
        number: int,
        passes: int,
    ) -> None:
        self._snapshot = snapshot
        self._table_id = table_id
        self._name = name
        self._record = record
        self._watch = watch
        self._number = number
        self._passes = passes
        self._whole_from = whole_from(record)
        self._last_position = 0
        self._last_time_us = 0
        self._states: dict[bytes, int] = {}
        """What each item was after the last record of it that was read: a checksum of its content."""

    async def run(self) -> None:
        prefix = keyspace.journal(self._table_id)
        async for page in pages(self._snapshot, prefix, successor(prefix), self._watch):
            for key, value in page:
                await self._read(key, value)
        if self._number == 0:
            await self._check_heads()
        await self._compare_with_table()

    async def _read(self, key: bytes, value: bytes) -> None:
        position = int.from_bytes(key[-8:], "big")
        try:
            entry = journal.decode(value)
        except (StoreDamaged, ValueError) as error:
            self._found(Kind.JOURNAL_DAMAGED, key, str(error))
            self._last_position = position
            return
        if shard_number_of(position) == shard_number_of(self._last_position):
            if position != self._last_position + 1:
                self._found(Kind.JOURNAL_BROKEN, key, f"position {self._last_position + 1} is missing")
            elif entry.time_us < self._last_time_us:
                self._found(Kind.JOURNAL_BROKEN, key, "its time is before that of the record before it")
        self._last_position, self._last_time_us = position, entry.time_us
        if self._whole_from is not None and shard_number_of(position) >= self._whole_from:
            self._follow(key, entry)

    def _follow(self, key: bytes, entry: Entry) -> None:
        if crc32(entry.item_key) % self._passes != self._number:
            return
        before = self._states.get(entry.item_key)
        knows_old = entry.is_insert or entry.old_row is not None
        try:
            if before is not None and knows_old and before != _content(entry.old_row):
                self._found(Kind.JOURNAL_DIFFERS, key, "what it replaced is not what the record before it wrote")
            self._states[entry.item_key] = _content(entry.new_row)
        except (StoreDamaged, orjson.JSONDecodeError) as error:
            self._found(Kind.JOURNAL_DAMAGED, key, str(error))

    async def _check_heads(self) -> None:
        """Each open shard's head tells where its records end."""
        shards = [shard for shard in self._record.get("Journal", {}).get("Shards", ()) if is_open(shard)]
        prefix = keyspace.journal(self._table_id)
        for shard in shards:
            number = shard["Number"]
            head_key = keyspace.journal_head(self._table_id, number)
            last, _ = decode_head(await self._snapshot.get(head_key))
            start = prefix + position_value(first_position(number))
            stop = prefix + position_value(first_position(number + 1))
            newest = await self._snapshot.scan(start, stop, limit=1, bytes_max=1, reverse=True)
            if newest and int.from_bytes(newest[0][0][-8:], "big") != last:
                self._found(Kind.JOURNAL_BROKEN, head_key, "the shard's head is not at its last record")

    async def _compare_with_table(self) -> None:
        states = list(self._states.items())
        for first in range(0, len(states), 128):
            part = states[first : first + 128]
            there = await self._snapshot.get_many([keyspace.items(self._table_id) + key for key, _ in part])
            for (key, content), row in zip(part, there, strict=True):
                if not _is(row, content):
                    self._found(
                        Kind.JOURNAL_DIFFERS,
                        keyspace.items(self._table_id) + key,
                        "the last record of it tells otherwise",
                    )
            await self._watch.pause()

    def _found(self, kind: Kind, key: bytes, details: str) -> None:
        self._watch.found(Finding(kind, self._name, "", key, details))


def whole_from(record: Mapping[str, Any]) -> int | None:
    """The first shard from which on the journal tells everything; None if it does not."""
    if not is_wanted(record):
        return None
    stream = record.get("Stream", {})
    begins = [record["Recovery"]["FirstShard"]] if "Recovery" in record else []
    begins += [stream["FirstShard"]] if stream.get("Enabled") else []
    return min(begins, default=None)


def _content(row: bytes | None) -> int:
    """The order of an item's attributes is no part of it. Raises StoreDamaged."""
    if row is None:
        return _NO_ITEM
    return hash(orjson.dumps(rows.decode(row), option=orjson.OPT_SORT_KEYS)) or 1


def _is(row: bytes | None, content: int) -> bool:
    """A damaged item was found before."""
    try:
        return _content(row) == content
    except (StoreDamaged, orjson.JSONDecodeError):
        return True
