"""The snapshots there are, by name.

In a store that outlives the process a snapshot's rows are copied to table ids of their own, and its record names them.
In one that does not, a snapshot is the store's own view of the moment: it takes no time, and no more space than what
is written afterwards.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from slipring.engine import keyspace
from slipring.engine.catalog import is_being_restored
from slipring.engine.contents import Contents, contents_of, everything
from slipring.engine.engine import Engine
from slipring.engine.snapshots import loading
from slipring.engine.snapshots.copying import FORMAT, copy, erasure_of, moved, new_ids
from slipring.engine.snapshots.differences import Difference, differences
from slipring.engine.snapshots.errors import SnapshotError, SnapshotMissing
from slipring.storage.contract import Reader, Snapshot, Writes

_NAME = re.compile(r"[A-Za-z0-9_.=/-]{1,255}")


@dataclass(frozen=True, slots=True)
class Summary:
    """A snapshot as it is listed."""

    name: str
    namespace: str | None
    """None for all of them."""
    created: float
    tables: int
    is_complete: bool
    """Whether saving it was finished; one that was not can only be deleted."""

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "namespace": self.namespace,
            "created": self.created,
            "tables": self.tables,
            "complete": self.is_complete,
        }


class _Pinned(NamedTuple):
    summary: Summary
    view: Snapshot


class _Saved(NamedTuple):
    reader: Reader
    namespace: str | None
    contents: Contents


class Snapshots:
    """Saves, lists, loads, compares and deletes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pinned: dict[str, _Pinned] = {}
        self._is_lasting = engine.store.describe()["durability"] != "none"

    async def save(self, name: str, namespace: str | None = None) -> Summary:
        """Keep what a namespace, or every one, holds now. Raises SnapshotError if the name is taken or no name."""
        if not _NAME.fullmatch(name):
            raise SnapshotError(f"{name!r} is no name for a snapshot: letters, digits, and _ . - = / are")
        if name in {each.name for each in await self.all()}:
            raise SnapshotError(_taken(name))
        view = self._engine.store.snapshot()
        if not self._is_lasting:
            contents = await settled(view, namespace)
            summary = Summary(name, namespace, self._engine.clock.now(), len(contents.tables), True)
            self._pinned[name] = _Pinned(summary, view)
            return summary
        try:
            return await self._copy(name, namespace, view)
        finally:
            view.close()

    async def all(self) -> list[Summary]:
        """All of them, by name."""
        stored = await everything(self._engine.store, keyspace.SNAPSHOTS)
        found = [_summary(orjson.loads(value)) for _, value in stored]
        return sorted([*found, *(each.summary for each in self._pinned.values())], key=lambda each: each.name)

    async def load(self, name: str) -> None:
        """Have the namespace it is of hold what it did, and nothing else. Raises SnapshotError."""
        async with self._opened(name) as saved:
            await loading.load(self._engine, saved.reader, saved.contents, saved.namespace)

    async def delete(self, name: str) -> None:
        """Raises SnapshotMissing."""
        pinned = self._pinned.pop(name, None)
        if pinned is not None:
            pinned.view.close()
            return
        record = await _stored(self._engine.store, name)
        await self._commit({keyspace.snapshot(name): None, **erasure_of(record)})

    async def diff(self, name: str, other: str | None = None) -> list[Difference]:
        """What changed from a snapshot to another one, or to now. Raises SnapshotError."""
        async with self._opened(name) as old, self._opened(other, old.namespace) as new:
            return await differences(old.reader, old.contents, new.reader, new.contents)

    def close(self) -> None:
        for each in self._pinned.values():
            each.view.close()
        self._pinned.clear()

    @asynccontextmanager
    async def _opened(self, name: str | None, namespace: str | None = None) -> AsyncIterator[_Saved]:
        """A snapshot, or for None what a namespace holds now."""
        if name in self._pinned:
            summary, pinned = self._pinned[name]
            yield _Saved(pinned, summary.namespace, await settled(pinned, summary.namespace))
            return
        view = self._engine.store.snapshot()
        try:
            if name is None:
                yield _Saved(view, namespace, await settled(view, namespace))
            else:
                record = await _complete(view, name)
                yield _Saved(view, record["Namespace"], Contents.from_json(record))
        finally:
            view.close()

    async def _copy(self, name: str, namespace: str | None, view: Snapshot) -> Summary:
        store = self._engine.store
        contents = await settled(view, namespace)
        ids = await new_ids(store, contents.ids())
        record = {
            "Format": FORMAT,
            "Name": name,
            "Namespace": namespace,
            "Created": self._engine.clock.now(),
            "Ids": list(ids.values()),
            "IsComplete": False,
            **moved(contents, ids).as_json(),
        }
        begun, complete = orjson.dumps(record), {**record, "IsComplete": True}
        if not await self._replace(name, None, begun):
            raise SnapshotError(_taken(name))
        await copy(store, view, contents, ids)
        if not await self._replace(name, begun, orjson.dumps(complete)):
            # What was copied after it was deleted is found again by the same jobs.
            await self._commit(erasure_of(record))
            raise SnapshotError(f"snapshot {name} was deleted while it was saved")
        return _summary(complete)

    async def _replace(self, name: str, before: bytes | None, after: bytes) -> bool:
        """False if the record is not what it was."""
        key = keyspace.snapshot(name)

        def decide(old: Sequence[bytes | None]) -> Writes[bool]:
            is_same = old[0] == before
            return Writes({key: after} if is_same else {}, None, is_same)

        return await self._engine.store.commit([key], decide)

    async def _commit(self, puts: dict[bytes, bytes | None]) -> None:
        await self._engine.store.commit((), lambda _: Writes(puts, None, None))
        self._engine.background.wake()


def _taken(name: str) -> str:
    return f"there is a snapshot {name} already"


async def _complete(reader: Reader, name: str) -> dict[str, Any]:
    """A snapshot's record. Raises SnapshotError if it cannot be used."""
    record = await _stored(reader, name)
    if record["Format"] > FORMAT:
        raise SnapshotError(f"snapshot {name} was saved by a newer version of Slipring than this one")
    if not record["IsComplete"]:
        raise SnapshotError(f"snapshot {name} is not complete: saving it was broken off")
    return record


async def _stored(reader: Reader, name: str) -> dict[str, Any]:
    stored = await reader.get(keyspace.snapshot(name))
    if stored is None:
        raise SnapshotMissing(f"there is no snapshot {name}")
    record: dict[str, Any] = orjson.loads(stored)
    return record


async def settled(reader: Reader, namespace: str | None) -> Contents:
    """What there is without tables that are still being restored: they are not there yet."""
    found = await contents_of(reader, namespace)
    tables = {key: record for key, record in found.tables.items() if not is_being_restored(record)}
    return Contents(tables, found.streams, found.journals)


def _summary(record: dict[str, Any]) -> Summary:
    tables = len(record.get("Tables", ()))
    return Summary(record["Name"], record.get("Namespace"), record["Created"], tables, record.get("IsComplete", False))
