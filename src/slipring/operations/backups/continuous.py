"""UpdateContinuousBackups and DescribeContinuousBackups: point-in-time recovery, on or off."""

from __future__ import annotations

from typing import Any

from slipring.engine import recovery
from slipring.engine.engine import Engine
from slipring.engine.table import TableRecord
from slipring.iam.caller import Caller
from slipring.model.errors import backups as errors
from slipring.operations.answers import answer
from slipring.operations.backups.lookup import find_source


async def update_continuous_backups(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """What is asked for again changes nothing; a period that is not given becomes the longest one."""
    table = await find_source(engine, request["TableName"], caller)
    specification = request["PointInTimeRecoverySpecification"]
    is_wanted = specification["PointInTimeRecoveryEnabled"]
    if "RecoveryPeriodInDays" in specification and not is_wanted:
        raise errors.recovery_period_refused()
    days = specification.get("RecoveryPeriodInDays", recovery.DAYS_MAX)
    now = engine.clock.now()

    def revise(before: TableRecord) -> TableRecord:
        return recovery.enabled(before, days, now) if is_wanted else recovery.disabled(before, now)

    changed = await engine.catalog.change(table.name, caller.namespace, revise)
    return answer({"ContinuousBackupsDescription": _described(changed.record, now)})


async def describe_continuous_backups(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    table = await find_source(engine, request["TableName"], caller)
    return answer({"ContinuousBackupsDescription": _described(table.record, engine.clock.now())})


def _described(record: TableRecord, now: float) -> dict[str, Any]:
    """ContinuousBackupsStatus is always ENABLED, as on the service (API Reference, "ContinuousBackupsDescription")."""
    told: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
    if "Recovery" in record:
        told = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": record["Recovery"]["Days"],
            "EarliestRestorableDateTime": recovery.earliest(record, now),
            "LatestRestorableDateTime": now,
        }
    return {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": told}
