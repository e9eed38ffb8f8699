"""The tables there are.

Records live in the store; `Catalog` keeps the tables in use ready and forgets them whenever any process changes a
record. A mutation that relies on a table also reads its guard, so that a change which slips in between is seen; who
reads looks afterwards whether the table is superseded, because a store across a network tells of changes no sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from slipring.engine import keyspace, recovery, streams
from slipring.engine.shards import archived_from_birth, cut, following, open_heads
from slipring.engine.table import Table, TableRecord, guard_value
from slipring.engine.usage import Usages
from slipring.model.errors import backups as backup_errors
from slipring.model.errors import tables as errors
from slipring.model.keys import successor
from slipring.model.table_names import parse_table_name
from slipring.storage.contract import Store, Writes

_RECORDS_PER_READ = 256


class CatalogChanged(Exception):
    """The table changed between the plan and the commit; plan again."""


def is_being_restored(record: TableRecord) -> bool:
    """Whether the table is not there yet for anybody but the restore that fills it."""
    return bool(record.get("Restore", {}).get("InProgress"))


def _no_jobs(*_: TableRecord) -> Mapping[bytes, bytes | None]:
    return {}


def erasure(record: TableRecord) -> Mapping[bytes, bytes | None]:
    """The job that erases everything that a table holds."""
    return {keyspace.drop_job(record["Id"], keyspace.TABLE_ITSELF): b""}


class Catalog:
    """Finds, creates, changes and drops tables."""

    def __init__(self, store: Store, tables_max: int | None = None) -> None:
        """`tables_max` bounds the tables of a namespace; two that are made in the same moment may exceed it by one, as
        the service's quota is said to be soft."""
        self._store = store
        self._tables_max = tables_max
        self._tables: dict[tuple[str, str], Table] = {}
        self.generation = 0
        """How often tables were forgotten."""
        self.usages = Usages()
        store.watch(keyspace.CATALOG, self._forget)

    async def table(self, given_name: str, namespace: str = "") -> Table:
        """The table that a request names, by name or ARN. Raises ResourceNotFoundException, ValidationException."""
        table = self._tables.get((namespace, given_name))
        return await self._named(parse_table_name(given_name)[0], namespace) if table is None else table

    async def _named(self, name: str, namespace: str) -> Table:
        while True:
            tables = self._tables
            table = tables.get((namespace, name))
            if table is not None:
                return table
            table = await self.find(name, namespace)
            if table is None or is_being_restored(table.record):
                raise errors.table_not_found()
            if tables is self._tables:
                self._attach_usage(table)
                tables[namespace, name] = table
                return table

    def _attach_usage(self, table: Table) -> None:
        """What is served from now on adds to what was served before the table was last forgotten."""
        table.usage = self.usages.table(table.name)
        for index in table.indexes:
            index.usage = self.usages.index(table.name, index.name)

    def _forget(self) -> None:
        # A new dict: what is still being looked up is looked up again.
        forgotten, self._tables = self._tables, {}
        self.generation += 1
        for table in forgotten.values():
            table.superseded = True

    async def find(self, name: str, namespace: str = "") -> Table | None:
        """The table of this name, if there is one."""
        stored = await self._store.get(keyspace.table_record(namespace, name))
        return None if stored is None else Table(orjson.loads(stored))

    async def names(self, namespace: str, after: str, limit: int) -> list[str]:
        """Up to `limit` table names in order, the first one beyond `after`."""
        prefix = keyspace.table_record(namespace, "")
        start = keyspace.table_record(namespace, after) + b"\x00" if after else prefix
        rows = await self._store.scan(start, successor(prefix), limit=limit, bytes_max=1 << 40)
        return [key[len(prefix) :].decode() for key, _ in rows]

    async def everywhere(self) -> list[tuple[str, Table]]:
        """All tables, each with its namespace, in the order of both."""
        start, stop = keyspace.TABLE_RECORDS, successor(keyspace.TABLE_RECORDS)
        found: list[tuple[str, Table]] = []
        while rows := await self._store.scan(start, stop, limit=_RECORDS_PER_READ, bytes_max=1 << 40):
            found += [(keyspace.parse_table_record(key)[0], Table(orjson.loads(value))) for key, value in rows]
            start = rows[-1][0] + b"\x00"
        return found

    async def last_stream_label(self, name: str, namespace: str) -> str:
        """The label of the newest stream that a table of this name has or had; empty if there is none."""
        prefix = keyspace.stream(namespace, name, "")
        found = await self._store.scan(prefix, successor(prefix), limit=1, bytes_max=1, reverse=True)
        return keyspace.parse_stream(found[0][0])[2] if found else ""

    async def new_id(self) -> int:
        """A table id that nobody has."""

        def decide(old: Sequence[bytes | None]) -> Writes[int]:
            given = int.from_bytes(old[0] or b"", "big") + 1
            return Writes({keyspace.LAST_TABLE_ID: given.to_bytes(8, "big")}, None, given)

        return await self._store.commit([keyspace.LAST_TABLE_ID], decide)

    async def create(
        self,
        record: TableRecord,
        namespace: str,
        complete: Callable[[TableRecord], TableRecord] = lambda r: r,
        jobs: Callable[[TableRecord], Mapping[bytes, bytes | None]] = _no_jobs,
    ) -> Table:
        """Add a table; its id is given out here, `complete` may add to its record what depends on it, and `jobs`
        tells which background jobs come with it.

        Raises ResourceInUseException if the name is taken, LimitExceededException if there are tables enough."""
        record_key = keyspace.table_record(namespace, record["TableName"])
        allowed = self._tables_max
        if allowed is not None and len(await self.names(namespace, "", allowed)) >= allowed:
            raise errors.too_many_tables(allowed)

        def decide(old: Sequence[bytes | None]) -> Writes[Table]:
            taken, last_id, archived = old
            if taken is not None:
                raise errors.table_exists(record["TableName"])
            table_id = int.from_bytes(last_id or b"", "big") + 1
            created = complete({**record, "Id": table_id, "Version": 1})
            if archived is not None and not is_being_restored(created):
                created = archived_from_birth(created)
            puts: dict[bytes, bytes | None] = {
                record_key: orjson.dumps(created),
                keyspace.LAST_TABLE_ID: table_id.to_bytes(8, "big"),
                keyspace.table_guard(table_id): guard_value(created),
                **streams.stored(namespace, {}, created),
                **jobs(created),
            }
            return Writes(puts, None, Table(created))

        return await self._store.commit([record_key, keyspace.LAST_TABLE_ID, keyspace.ARCHIVED], decide)

    async def change(
        self,
        name: str,
        namespace: str,
        revise: Callable[[TableRecord], TableRecord],
        jobs: Callable[[TableRecord, TableRecord], Mapping[bytes, bytes | None]] = _no_jobs,
        *,
        while_restored: bool = False,
    ) -> Table:
        """Replace a table's record by `revise` of it. Raises ResourceNotFoundException, ResourceInUseException while
        the table is being restored, or what `revise` raises.

        `jobs` tells, given the record before and after, which background jobs the change adds or (None) ends."""
        record_key = keyspace.table_record(namespace, name)
        heads: list[bytes] = []

        def decide(old: Sequence[bytes | None]) -> Writes[Table | None]:
            if old[0] is None:
                raise errors.table_not_found()
            before: TableRecord = orjson.loads(old[0])
            if is_being_restored(before) and not while_restored:
                raise backup_errors.table_is_being_created(name)
            if open_heads(before) != heads:
                return Writes({}, None, None)
            after = following(before, {**revise(before), "Version": before["Version"] + 1}, old[1:])
            puts: dict[bytes, bytes | None] = {
                record_key: orjson.dumps(after),
                keyspace.table_guard(before["Id"]): guard_value(after),
                **streams.stored(namespace, before, after),
                **jobs(before, after),
            }
            return Writes(puts, None, Table(after))

        # The heads must be read in the commit, and which there are is known from the record.
        while True:
            stored = await self._store.get(record_key)
            heads = [] if stored is None else open_heads(orjson.loads(stored))
            changed = await self._store.commit([record_key, *heads], decide)
            if changed is not None:
                return changed

    async def drop(
        self,
        name: str,
        namespace: str,
        check: Callable[[TableRecord], Any],
        now: float,
        remains: Callable[[TableRecord], Mapping[bytes, bytes | None]] = erasure,
        *,
        while_restored: bool = False,
    ) -> Table:
        """Remove a table; its name is free at once. Its stream closes and stays readable. What else becomes of its
        contents `remains` tells: they are erased in the background.

        Raises ResourceNotFoundException, ResourceInUseException, or what `check` raises."""
        record_key = keyspace.table_record(namespace, name)

        def decide(old: Sequence[bytes | None]) -> Writes[Table]:
            if old[0] is None:
                raise errors.table_not_found(name)
            record: TableRecord = orjson.loads(old[0])
            check(record)
            if is_being_restored(record) and not while_restored:
                raise backup_errors.table_is_being_created(name)
            if record.get("Copies"):
                raise backup_errors.table_is_being_copied(name)
            ended = cut(streams.orphaned(recovery.without_readers(record), now), now)
            puts: dict[bytes, bytes | None] = {
                record_key: None,
                keyspace.table_guard(record["Id"]): None,
                **streams.stored(namespace, record, ended),
                **remains(record),
            }
            return Writes(puts, None, Table(record))

        return await self._store.commit([record_key], decide)
