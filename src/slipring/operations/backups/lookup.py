"""Backups by the names that clients use."""

from __future__ import annotations

import orjson

from slipring.engine import keyspace
from slipring.engine.backups import BackupRecord
from slipring.engine.engine import Engine
from slipring.engine.table import Table
from slipring.iam.caller import Caller
from slipring.model.errors import backups as errors
from slipring.model.table_names import parse_table_name
from slipring.operations.tables.describe import table_arn

_ARN_PARTS = 6


def backup_arn(backup: BackupRecord, caller: Caller) -> str:
    return f"{table_arn(backup['Table']['TableName'], caller)}/backup/{backup['Id']}"


def backup_key(arn: str, caller: Caller) -> bytes:
    """Where the record of the backup with this ARN lies. Raises ValidationException."""
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[2] != "dynamodb":
        raise errors.invalid_backup_arn()
    resource = parts[5].split("/")
    if len(resource) != 4 or resource[0] != "table" or resource[2] != "backup":
        raise errors.invalid_backup_arn()
    return keyspace.backup(caller.namespace, resource[1], resource[3])


async def find_backup(engine: Engine, arn: str, caller: Caller) -> BackupRecord:
    """Raises BackupNotFoundException, ValidationException."""
    stored = await engine.store.get(backup_key(arn, caller))
    if stored is None:
        raise errors.backup_not_found(arn)
    backup: BackupRecord = orjson.loads(stored)
    return backup


async def find_source(engine: Engine, given_name: str, caller: Caller) -> Table:
    """The table, or the error of the operations on backups. Raises TableNotFoundException."""
    name = parse_table_name(given_name)[0]
    table = await engine.catalog.find(name, caller.namespace)
    if table is None:
        raise errors.table_not_found(name)
    return table
