"""Backups: a table as it was at one moment, kept until it is deleted.

A backup's items lie under a table id of their own, like those of a table without a name. An on-demand backup is copied
there from the table (`engine.copies`); its moment is the commit that asked for it. A table with point-in-time recovery
that is dropped becomes a system backup as it lies, and is kept for 35 days (Developer Guide, "Point-in-time recovery:
deleting a table with point-in-time recovery enabled").
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import orjson

from slipring.clock import Ids
from slipring.engine import copies, keyspace
from slipring.engine.catalog import Catalog
from slipring.engine.shards import NO_JOURNAL, cut
from slipring.engine.table import Table, TableRecord
from slipring.model.errors import backups as errors
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes

BackupRecord: TypeAlias = dict[str, Any]
"""A backup as it is stored: Id, Name, Status (CREATING, AVAILABLE), Type (USER, SYSTEM), CreationDateTime,
ItemsId (the table id under which its items lie), Table (the source's record at that moment), Restores (the ids of
tables that are being restored from it), and of a system backup ExpiryDateTime."""

SYSTEM_BACKUP_SECONDS = 35 * 24 * 60 * 60
_FORGOTTEN = ("Archive", "Copies", "Journal", "Restore", "Version")
"""What of a table's record means nothing in a backup."""
_HAVE_ENTRIES = ("LocalSecondaryIndexes", "GlobalSecondaryIndexes", "TimeToLive")
_BACKUPS_PER_LOOK = 64


def new_backup(record: TableRecord, items_id: int, name: str, now: float, ids: Ids, *, is_system: bool) -> BackupRecord:
    """Its id has the service's form: the time in milliseconds, and eight hexadecimal digits."""
    backup = {
        "Id": f"{int(now * 1000):014d}-{ids.uuid()[:8]}",
        "Name": name,
        "Status": "AVAILABLE" if is_system else "CREATING",
        "Type": "SYSTEM" if is_system else "USER",
        "CreationDateTime": now,
        "ItemsId": items_id,
        "Table": {member: value for member, value in record.items() if member not in _FORGOTTEN},
    }
    return {**backup, "ExpiryDateTime": now + SYSTEM_BACKUP_SECONDS} if is_system else backup


def key_of(namespace: str, backup: BackupRecord) -> bytes:
    return keyspace.backup(namespace, backup["Table"]["TableName"], backup["Id"])


def items_of(backup: BackupRecord) -> Table:
    """The backup's items as a table: without indexes, and with the id under which they lie."""
    plain = {member: value for member, value in backup["Table"].items() if member not in _HAVE_ENTRIES}
    return Table({**plain, "Id": backup["ItemsId"], "Version": 0})


def as_system_backup(record: TableRecord, namespace: str, now: float, ids: Ids) -> dict[bytes, bytes | None]:
    """What to write with the drop of a table whose last state is kept: its items stay where they are, and the entries
    of its indexes are erased."""
    backup = new_backup(record, record["Id"], f"{record['TableName']}$DeletedTableBackup", now, ids, is_system=True)
    puts: dict[bytes, bytes | None] = {key_of(namespace, backup): orjson.dumps(backup)}
    indexes = [*record.get("LocalSecondaryIndexes", ()), *record.get("GlobalSecondaryIndexes", ())]
    for index in [*indexes, *([record["TimeToLive"]] if "TimeToLive" in record else ())]:
        puts[keyspace.drop_job(record["Id"], index["Id"])] = b""
    puts[keyspace.expiring_table(record["Id"])] = None
    return puts


def without_restores(backup: BackupRecord) -> BackupRecord:
    """The record of a backup that no table is being restored from."""
    return {member: value for member, value in backup.items() if member != "Restores"}


async def begin(
    catalog: Catalog, name: str, namespace: str, backup_name: str, now: float, ids: Ids
) -> tuple[BackupRecord, bytes]:
    """Decide on a backup of a table as it is at the commit. Returns its record and its job's key.

    Raises ResourceNotFoundException, ResourceInUseException."""
    items_id = await catalog.new_id()
    job_key = keyspace.backup_job(items_id)
    made: list[BackupRecord] = []

    def revise(record: TableRecord) -> TableRecord:
        return cut(copies.pinned(record, items_id, now), now)

    def jobs(before: TableRecord, _after: TableRecord) -> dict[bytes, bytes | None]:
        backup = new_backup(before, items_id, backup_name, now, ids, is_system=False)
        made[:] = [backup]
        first_shard = before.get("Journal", NO_JOURNAL)["LastShard"] + 1
        job = copies.new_job(before["Id"], copies.before_shard(first_shard))
        owner = {"Backup": backup["Id"], "Namespace": namespace, "TableName": name}
        return {key_of(namespace, backup): orjson.dumps(backup), job_key: orjson.dumps({**job, **owner})}

    await catalog.change(name, namespace, revise, jobs)
    return made[0], job_key


async def step(store: Store, catalog: Catalog, job_key: bytes, job_value: bytes, now: float) -> None:
    """Do the next stretch of a backup's job."""
    job = orjson.loads(job_value)
    key = keyspace.backup(job["Namespace"], job["TableName"], job["Backup"])
    backup: BackupRecord = orjson.loads(await store.get(key) or b"{}")
    if not await copies.step(store, items_of(backup), job_key, job_value):
        await _finish(store, catalog, (job_key, job_value), key, backup, now)


async def _finish(
    store: Store, catalog: Catalog, job: tuple[bytes, bytes], key: bytes, backup: BackupRecord, now: float
) -> None:
    """The source is released first: done again after a crash, that changes nothing."""
    job_key, job_value = job
    namespace = orjson.loads(job_value)["Namespace"]
    await copies.release(catalog, backup["Table"], namespace, backup["ItemsId"], now)

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        if old[0] != job_value:
            raise copies.Overtaken
        return Writes({key: orjson.dumps({**backup, "Status": "AVAILABLE"}), job_key: None}, None, None)

    await store.commit([job_key], decide)


async def delete(store: Store, key: bytes, arn: str) -> BackupRecord:
    """Raises BackupNotFoundException, BackupInUseException, ValidationException for a system backup."""

    def decide(old: Sequence[bytes | None]) -> Writes[BackupRecord]:
        if old[0] is None:
            raise errors.backup_not_found(arn)
        backup: BackupRecord = orjson.loads(old[0])
        if backup["Type"] == "SYSTEM":
            raise errors.system_backup_kept(arn)
        if backup["Status"] == "CREATING" or backup.get("Restores"):
            raise errors.backup_in_use(arn)
        return Writes({key: None, _erasure(backup): b""}, None, backup)

    return await store.commit([key], decide)


async def change(store: Store, key: bytes, revise: Callable[[BackupRecord], BackupRecord]) -> BackupRecord | None:
    """Replace a backup's record by `revise` of it; None if it is gone."""

    def decide(old: Sequence[bytes | None]) -> Writes[BackupRecord | None]:
        if old[0] is None:
            return Writes({}, None, None)
        after = revise(orjson.loads(old[0]))
        return Writes({key: orjson.dumps(after)}, None, after)

    return await store.commit([key], decide)


def _erasure(backup: BackupRecord) -> bytes:
    return keyspace.drop_job(backup["ItemsId"], keyspace.TABLE_ITSELF)


async def forget_expired(store: Store, now: float) -> None:
    """Delete the system backups whose days are over, unless a table is being restored from them."""
    start, stop = keyspace.BACKUP_RECORDS, successor(keyspace.BACKUP_RECORDS)
    while found := await store.scan(start, stop, limit=_BACKUPS_PER_LOOK, bytes_max=1 << 20):
        for key, value in found:
            if _has_expired(orjson.loads(value), now):
                await _forget(store, key, now)
        start = found[-1][0] + b"\x00"
        await asyncio.sleep(0)


def _has_expired(backup: BackupRecord, now: float) -> bool:
    return bool(backup.get("ExpiryDateTime", now) < now and not backup.get("Restores"))


async def _forget(store: Store, key: bytes, now: float) -> None:
    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        if old[0] is None or not _has_expired(backup := orjson.loads(old[0]), now):
            return Writes({}, None, None)
        return Writes({key: None, _erasure(backup): b""}, None, None)

    await store.commit([key], decide)
