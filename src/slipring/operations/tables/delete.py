"""DeleteTable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipring.engine import backups
from slipring.engine.catalog import erasure
from slipring.engine.engine import Engine
from slipring.engine.table import TableRecord
from slipring.iam.caller import Caller
from slipring.model.errors import tables as errors
from slipring.operations.answers import answer
from slipring.operations.tables.describe import describe_table, find_table

_TOLD = (
    "BillingModeSummary",
    "DeletionProtectionEnabled",
    "ItemCount",
    "ProvisionedThroughput",
    "TableArn",
    "TableId",
    "TableName",
    "TableSizeBytes",
)


async def delete_table(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """The table is gone, and its name free, when this returns; its contents are erased in the background, or
    kept as a system backup where it had point-in-time recovery."""
    table = await find_table(engine, request["TableName"], caller)
    described = await describe_table(engine, table, caller)
    now = engine.clock.now()

    def remains(record: TableRecord) -> Mapping[bytes, bytes | None]:
        if "Recovery" not in record:
            return erasure(record)
        return backups.as_system_backup(record, caller.namespace, now, engine.ids)

    await engine.catalog.drop(table.name, caller.namespace, _check_unprotected, now, remains)
    told = {name: described[name] for name in _TOLD if name in described}
    return answer({"TableDescription": {**told, "TableStatus": "DELETING"}})


def _check_unprotected(record: TableRecord) -> None:
    if record.get("DeletionProtectionEnabled"):
        raise errors.table_is_protected()
