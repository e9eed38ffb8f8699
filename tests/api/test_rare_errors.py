"""The exact words of errors that no single request provokes: they need trouble, time, or an earlier request.

The other messages stand in the tables of tests/api/checks."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from slipring.clock import ManualClock
from slipring.engine.background import Background
from slipring.engine.catalog import CatalogChanged
from slipring.engine.engine import Engine
from slipring.model import limits
from slipring.model.service import operations
from slipring.operations.registry import HANDLERS
from tests.api.bad_input.raw import RawClient
from tests.api.definitions import defined, index
from tests.api.test_streams import records_of, shards_of, stream_of, streams_client
from tests.conftest import Client, error_of, make_client, n, s, table_definition, unique
from tests.servers import ServerThread

DAY = 24 * 3600


@pytest.mark.parametrize("operation", sorted(operations().keys() - HANDLERS.keys()))
def test_an_operation_that_is_not_there_yet(server: ServerThread, operation: str) -> None:
    """It is refused in the framework's way, so that no client takes it for done."""
    client = RawClient(server.port)
    answer = client.call(operation, {})
    client.close()
    assert (answer.status, answer.code) == (400, "UnknownOperationException")
    assert answer.message == f"{operation} is not supported by Slipring; see docs/differences.md"


def test_a_token_with_other_parameters(ddb: Client, hash_table: str) -> None:
    """Seen in clients' reports."""
    token = unique()[:36]
    for key, expected in (("a", None), ("b", "IdempotentParameterMismatchException")):
        request = {"TransactItems": [{"Put": {"TableName": hash_table, "Item": {"pk": s(key)}}}]}
        if expected is None:
            ddb.transact_write_items(**request, ClientRequestToken=token)
        else:
            assert error_of(ddb.transact_write_items, **request, ClientRequestToken=token) == (
                expected,
                "DynamoDB rejected the request because you retried a request with a different payload but with an "
                "idempotent token that was already used.",
            )


def test_a_collection_that_is_full(ddb: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten gigabytes on the service (API Reference, "ItemCollectionSizeLimitExceededException"); here a limit that a
    test can reach. What makes the collection smaller is still done."""
    table, key = unique("table"), unique()
    local = {"AttributeDefinitions": defined("l"), "LocalSecondaryIndexes": [index("local", "pk", "l")]}
    ddb.create_table(**table_definition(table, ("pk", "S"), ("sk", "S"), **local))
    item = {"pk": s(key), "sk": s("a"), "l": s("x" * 600)}
    ddb.put_item(TableName=table, Item=item)
    monkeypatch.setattr(limits, "ITEM_COLLECTION_BYTES_MAX", 2000)
    refused = ("ItemCollectionSizeLimitExceededException", "Collection size exceeded.")
    assert error_of(ddb.put_item, TableName=table, Item={**item, "sk": s("b")}) == refused
    ddb.put_item(TableName=table, Item={**item, "sk": s("b"), "pk": s(unique())})
    ddb.delete_item(TableName=table, Key={"pk": s(key), "sk": s("a")})
    ddb.put_item(TableName=table, Item={**item, "sk": s("b")})


def test_a_quota_of_tables_counts_only_where_one_is_set() -> None:
    """Without `--tables-max` a test suite makes as many tables as it likes. A name that is free counts no more."""
    with ServerThread(tables_max=2) as server:
        client = make_client(server.url)
        for name in ("one", "two"):
            client.create_table(**table_definition(name, ("pk", "S")))
        assert error_of(client.create_table, **table_definition("three", ("pk", "S"))) == (
            "LimitExceededException",
            "Subscriber limit exceeded: There is a limit of 2 tables per subscriber",
        )
        client.delete_table(TableName="one")
        client.create_table(**table_definition("three", ("pk", "S")))
        client.close()


def test_a_table_that_keeps_changing(ddb: Client, hash_table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request is planned anew when its table changes; one that never gets done says so, for the client to retry."""

    async def changed(*_: Any) -> NoReturn:
        raise CatalogChanged

    monkeypatch.setattr(Engine, "write", changed)
    assert error_of(ddb.put_item, TableName=hash_table, Item={"pk": s("a"), "x": n(1)}) == (
        "InternalServerError",
        "The table kept changing while the request was planned; try again",
    )


def test_tables_and_backups_that_are_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of much data take a while; here they never get on. Developer Guide, "Backing up a DynamoDB table": what is
    being copied can't be deleted meanwhile."""
    in_use = "Attempt to change a resource which is still in use: Table is being "

    async def idle(*_: Any) -> None: ...

    with ServerThread() as server:
        ddb = make_client(server.url)
        for name in ("source", "copied"):
            ddb.create_table(**table_definition(name, ("pk", "S")))
            ddb.put_item(TableName=name, Item={"pk": s("a")})
        done = ddb.create_backup(TableName="source", BackupName="done")["BackupDetails"]["BackupArn"]
        monkeypatch.setattr(Background, "advance", idle)
        monkeypatch.setattr(Background, "_step", idle)
        made = ddb.create_backup(TableName="copied", BackupName="made")["BackupDetails"]["BackupArn"]
        busy = ("BackupInUseException", f"Backup is being used by another operation: {made}")
        assert error_of(ddb.delete_backup, BackupArn=made) == busy
        assert error_of(ddb.restore_table_from_backup, BackupArn=made, TargetTableName="target") == busy
        assert error_of(ddb.delete_table, TableName="copied") == (
            "ResourceInUseException",
            f"{in_use}backed up or restored from: copied",
        )
        ddb.restore_table_from_backup(BackupArn=done, TargetTableName="target")
        assert error_of(ddb.create_backup, TableName="target", BackupName="early") == (
            "TableInUseException",
            "Table is being restored: target",
        )
        assert error_of(ddb.delete_table, TableName="target") == (
            "ResourceInUseException",
            f"{in_use}created: target",
        )
        ddb.close()


def test_a_record_that_is_no_longer_kept() -> None:
    """Streams API Reference, "TrimmedDataAccessException"."""
    clock = ManualClock()
    with ServerThread(clock=clock) as server:
        ddb, streams = make_client(server.url), streams_client(server.url)
        stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
        ddb.create_table(**table_definition("streamed", ("pk", "S"), StreamSpecification=stream))
        ddb.put_item(TableName="streamed", Item={"pk": s("old")})
        arn = stream_of(ddb, "streamed")
        (shard,) = shards_of(streams, arn)
        (record,) = records_of(streams, arn)
        clock.advance(DAY + 3600)
        for number in range(1000):
            if not records_of(streams, arn):
                break
            # A change of any table wakes the background, which otherwise looks every few seconds.
            ddb.create_table(**table_definition(f"table-{number}", ("pk", "S")))
            ddb.update_table(TableName=f"table-{number}", DeletionProtectionEnabled=False)
        asked = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "AT_SEQUENCE_NUMBER"}
        sequence_number = record["dynamodb"]["SequenceNumber"]
        assert error_of(streams.get_shard_iterator, **asked, SequenceNumber=sequence_number) == (
            "TrimmedDataAccessException",
            "The operation attempted to read past the oldest stream record in a shard.",
        )
        ddb.close()
        streams.close()
