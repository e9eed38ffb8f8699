"""What a namespace, or a whole store, holds: its tables and streams, whose rows lie under their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from slipring.engine import erasure, keyspace
from slipring.engine.shards import JournalRecord
from slipring.engine.streams import StreamRecord
from slipring.engine.table import TableRecord
from slipring.model.keys import successor
from slipring.storage.contract import Reader

_EVERYTHING = 1 << 40


@dataclass(frozen=True, slots=True)
class Contents:
    """The records of tables and streams, and of the journals that they read."""

    tables: Mapping[tuple[str, str], TableRecord]
    """By namespace and name."""
    streams: Mapping[tuple[str, str, str], StreamRecord]
    """By namespace, table name and label."""
    journals: Mapping[int, JournalRecord]
    """By table id."""

    def ids(self) -> list[int]:
        """Every table id under which something lies, in order."""
        owners = [*self.tables.values(), *({"Id": each["TableId"]} for each in self.streams.values())]
        return sorted({owner["Id"] for owner in owners})

    def as_json(self) -> dict[str, Any]:
        return {
            "Tables": [[*key, record] for key, record in self.tables.items()],
            "Streams": [[*key, record] for key, record in self.streams.items()],
            "Journals": [[table_id, record] for table_id, record in self.journals.items()],
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Contents:
        return cls(
            {(namespace, name): record for namespace, name, record in told["Tables"]},
            {(namespace, name, label): record for namespace, name, label, record in told["Streams"]},
            dict(told["Journals"]),
        )


async def contents_of(reader: Reader, namespace: str | None) -> Contents:
    """What a namespace holds, or every one if it is None."""
    tables = {}
    for key, value in await everything(reader, _scope(keyspace.TABLE_RECORDS, namespace)):
        tables[keyspace.parse_table_record(key)] = orjson.loads(value)
    streams = {}
    for key, value in await everything(reader, _scope(keyspace.STREAM_RECORDS, namespace)):
        streams[keyspace.parse_stream(key)] = orjson.loads(value)
    ids = Contents(tables, streams, {}).ids()
    found = await reader.get_many([keyspace.journal_record(table_id) for table_id in ids])
    journals = {table_id: orjson.loads(value) for table_id, value in zip(ids, found, strict=True) if value is not None}
    return Contents(tables, streams, journals)


def _scope(records: bytes, namespace: str | None) -> bytes:
    return records if namespace is None else records + namespace.encode() + b"\x00"


async def everything(reader: Reader, prefix: bytes) -> list[tuple[bytes, bytes]]:
    """All pairs under a prefix of which there are few."""
    return await reader.scan(prefix, successor(prefix), limit=_EVERYTHING, bytes_max=_EVERYTHING)


def expected(contents: Contents, last_id: bytes | None) -> dict[bytes, bytes | None]:
    """What a commit reads again while the tables are what they were: `last_id` was the last table id before they were
    read, and a table that was made since has raised it."""
    records = {keyspace.table_record(*key): orjson.dumps(record) for key, record in contents.tables.items()}
    return {**records, keyspace.LAST_TABLE_ID: last_id}


def removal(contents: Contents) -> dict[bytes, bytes | None]:
    """What to write so that all of it is gone at once; what lies under its ids is erased in the background.

    Of a table that was dropped before, and only its stream is left, the items are not touched: they may be a system
    backup."""
    puts: dict[bytes, bytes | None] = {}
    for (namespace, name), record in contents.tables.items():
        puts[keyspace.table_record(namespace, name)] = puts[keyspace.table_guard(record["Id"])] = None
        puts[keyspace.expiring_table(record["Id"])] = None
        puts.update(erasure.of_everything(record["Id"]))
    for key in contents.streams:
        puts[keyspace.stream(*key)] = None
    for table_id in contents.ids():
        puts[keyspace.journal_record(table_id)] = None
        puts.update(erasure.of_journal(table_id))
    return puts
