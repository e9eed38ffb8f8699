"""RestoreTableFromBackup and RestoreTableToPointInTime."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slipring.engine import copies, recovery, restores
from slipring.engine.engine import Engine
from slipring.engine.restores import Source
from slipring.engine.table import Table, TableRecord
from slipring.iam.caller import Caller
from slipring.model.errors import backups as errors
from slipring.model.errors.tree import ResourceInUseException
from slipring.operations.answers import answer
from slipring.operations.backups.lookup import backup_key, find_backup, find_source
from slipring.operations.backups.overrides import check_overrides, restored_record
from slipring.operations.tables.describe import describe_table


async def restore_table_from_backup(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    check_overrides(request)
    arn = request["BackupArn"]
    backup = await find_backup(engine, arn, caller)
    if backup["Status"] != "AVAILABLE":
        raise errors.backup_in_use(arn)
    source, now = backup["Table"], engine.clock.now()
    record = restored_record(source, request, now, engine.ids.uuid())
    record["Restore"] = {
        "Backup": backup["Id"],
        "TableName": source["TableName"],
        "RestoreDateTime": backup["CreationDateTime"],
        "InProgress": True,
    }
    job = copies.new_job(backup["ItemsId"], None)
    return await _restore(engine, record, restores.backup_source(backup_key(arn, caller)), job, now, caller)


async def restore_table_to_point_in_time(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    check_overrides(request)
    given = [request[name] for name in ("SourceTableName", "SourceTableArn") if name in request]
    if len(given) != 1:
        raise errors.source_table_missing()
    table = await find_source(engine, given[0], caller)
    source, now = table.record, engine.clock.now()
    if "Recovery" not in source:
        raise errors.recovery_unavailable(table.name)
    time = _time(source, request, now)
    record = restored_record(source, request, now, engine.ids.uuid())
    record["Restore"] = {"TableName": table.name, "RestoreDateTime": time, "InProgress": True}
    job = copies.new_job(table.id, copies.after_time(time, source["Recovery"]["FirstShard"]))
    return await _restore(engine, record, restores.table_source(source), job, time, caller)


def _time(source: TableRecord, request: dict[str, Any], now: float) -> float:
    """The moment to restore to. Raises ValidationException, InvalidRestoreTimeException."""
    wanted = request.get("RestoreDateTime")
    if (wanted is not None) == request.get("UseLatestRestorableTime", False):
        raise errors.restore_time_missing()
    if wanted is None:
        return now
    earliest = recovery.earliest(source, now)
    # Clients send whole seconds or milliseconds, and take what is described as the earliest time down to them.
    if not int(earliest) <= wanted <= now:
        raise errors.invalid_restore_time(*[_told(time) for time in (earliest, now)])
    return max(float(wanted), earliest)


def _told(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds")


async def _restore(
    engine: Engine, record: TableRecord, source: Source, job: copies.Job, since: float, caller: Caller
) -> list[bytes]:
    """The answer says CREATING as the service's does; a small table is ACTIVE by then."""
    try:
        table, job_key = await restores.begin(engine.catalog, record, caller.namespace, source, job, since)
    except ResourceInUseException:
        raise errors.table_exists(record["TableName"]) from None
    described = await _described(engine, table, caller)
    await engine.background.advance(job_key)
    return answer({"TableDescription": described})


async def _described(engine: Engine, table: Table, caller: Caller) -> dict[str, Any]:
    described = await describe_table(engine, table, caller)
    for index in described.get("GlobalSecondaryIndexes", ()):
        index["IndexStatus"] = "CREATING"
    return described
