"""Restores: a new table from a backup, or from a table with point-in-time recovery as it was at a moment.

The new table's record and the job that fills it are committed together. Until it is filled the table is CREATING:
described, but neither read nor written nor changed. Items and index entries are written by the same code as those of
any other write.
"""

from __future__ import annotations

import contextlib
import logging
from typing import Any

import orjson

from slipring.engine import backups, copies, keyspace, recovery
from slipring.engine.backups import BackupRecord
from slipring.engine.catalog import Catalog, erasure
from slipring.engine.shards import cut
from slipring.engine.table import Table, TableRecord
from slipring.model.errors.tree import ResourceNotFoundException
from slipring.storage.contract import Store

_log = logging.getLogger(__name__)

Source = dict[str, Any]
"""Where a restore copies from: Backup (the key of its record, hexadecimal), or TableName and Id of a table."""


class _SourceGone(Exception):
    """The source was deleted between the request and the first step."""


def backup_source(key: bytes) -> Source:
    return {"Backup": key.hex()}


def table_source(record: TableRecord) -> Source:
    return {"TableName": record["TableName"], "Id": record["Id"]}


async def begin(
    catalog: Catalog, record: TableRecord, namespace: str, source: Source, job: copies.Job, since: float
) -> tuple[Table, bytes]:
    """Decide on a table that is restored from `source`, whose journal is needed from the time `since` on. Returns it
    and its job's key. Raises ResourceInUseException if the name is taken."""
    value = {
        **job,
        "Restore": source,
        "Namespace": namespace,
        "TableName": record["TableName"],
        "Since": since,
        "IsPinned": False,
    }
    table = await catalog.create(
        record, namespace, jobs=lambda created: {keyspace.restore_job(created["Id"]): orjson.dumps(value)}
    )
    return table, keyspace.restore_job(table.id)


async def step(store: Store, catalog: Catalog, job_key: bytes, job_value: bytes, now: float) -> None:
    """Do the next stretch of a restore's job. Raises copies.Overtaken."""
    job = orjson.loads(job_value)
    target = await catalog.find(job["TableName"], job["Namespace"])
    if target is None or keyspace.restore_job(target.id) != job_key:
        # Nobody can drop a table that is being restored: another process has just finished, and the table is gone.
        raise copies.Overtaken
    try:
        if not job["IsPinned"]:
            await _pin(store, catalog, job, target.id, now)
            await copies.replace(store, job_key, job_value, orjson.dumps({**job, "IsPinned": True}))
        elif not await copies.step(store, target, job_key, job_value):
            await _release(store, catalog, job, target.id, now)
            await _finish(catalog, target, job["Namespace"], job_key)
    except _SourceGone:
        _log.warning("the source of table %s is gone: its restore is given up", target.name)
        await _abandon(catalog, target, job["Namespace"], job_key, now)


async def _pin(store: Store, catalog: Catalog, job: copies.Job, target_id: int, now: float) -> None:
    """Keep the source from being deleted or trimmed. Raises _SourceGone.

    A table goes on with new shards, whose records are later than the moment. So a commit that was decided before it
    and comes after this one, from a process that waited or whose clock is behind, is not found in part."""
    source = job["Restore"]
    if "Backup" in source:
        key = bytes.fromhex(source["Backup"])
        if await backups.change(store, key, lambda backup: _restoring(backup, target_id)) is None:
            raise _SourceGone
        return

    def revise(record: TableRecord) -> TableRecord:
        if record["Id"] != source["Id"]:
            raise _SourceGone
        if str(target_id) in record.get("Copies", {}):
            return record
        if not recovery.reaches_back_to(record, moment["FirstShard"], job["Since"], now):
            raise _SourceGone
        return cut(copies.pinned(record, target_id, job["Since"]), max(now, copies.beyond(moment)))

    moment = job["Moment"]

    try:
        await catalog.change(source["TableName"], job["Namespace"], revise)
    except ResourceNotFoundException:
        raise _SourceGone from None


async def _release(store: Store, catalog: Catalog, job: copies.Job, target_id: int, now: float) -> None:
    source = job["Restore"]
    if "Backup" in source:
        await backups.change(store, bytes.fromhex(source["Backup"]), lambda backup: _restored(backup, target_id))
    else:
        await copies.release(catalog, source, job["Namespace"], target_id, now)


def _restoring(backup: BackupRecord, target_id: int) -> BackupRecord:
    return {**backup, "Restores": sorted({*backup.get("Restores", ()), target_id})}


def _restored(backup: BackupRecord, target_id: int) -> BackupRecord:
    return {**backup, "Restores": [each for each in backup.get("Restores", ()) if each != target_id]}


async def _finish(catalog: Catalog, target: Table, namespace: str, job_key: bytes) -> None:
    """The table becomes ACTIVE, and the job ends, in one commit."""

    def revise(record: TableRecord) -> TableRecord:
        if record["Id"] != target.id:
            raise copies.Overtaken
        return {**record, "Restore": {**record["Restore"], "InProgress": False}}

    with contextlib.suppress(ResourceNotFoundException):
        await catalog.change(target.name, namespace, revise, lambda *_: {job_key: None}, while_restored=True)


async def _abandon(catalog: Catalog, target: Table, namespace: str, job_key: bytes, now: float) -> None:
    def check(record: TableRecord) -> None:
        if record["Id"] != target.id:
            raise copies.Overtaken

    with contextlib.suppress(ResourceNotFoundException):
        await catalog.drop(
            target.name, namespace, check, now, lambda record: {**erasure(record), job_key: None}, while_restored=True
        )
