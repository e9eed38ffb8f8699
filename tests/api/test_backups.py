"""Backups, point-in-time recovery and restores, as clients and Terraform see them.

Sources: API Reference, "CreateBackup" and its kin; Developer Guide, "Backup and restore for DynamoDB"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slipring.clock import ManualClock
from tests.conftest import Client, error_of, make_client, n, s, table_definition, unique
from tests.servers import ServerThread

_DAY = timedelta(days=1)

_BY_COLOUR = {
    "IndexName": "by-colour",
    "KeySchema": [{"AttributeName": "colour", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
_BY_SIZE = {
    "IndexName": "by-size",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "size", "KeyType": "RANGE"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
_INDEXED: dict[str, Any] = {
    "AttributeDefinitions": [
        {"AttributeName": "colour", "AttributeType": "S"},
        {"AttributeName": "size", "AttributeType": "N"},
    ],
    "GlobalSecondaryIndexes": [_BY_COLOUR],
    "LocalSecondaryIndexes": [_BY_SIZE],
}


@pytest.fixture(scope="module")
def indexed(ddb: Client, make_table: Callable[..., str]) -> str:
    """A table with a global and a local index, and twenty items."""
    table = make_table(("pk", "S"), ("sk", "N"), **_INDEXED)
    for number in range(20):
        item = {"pk": s("a"), "sk": n(number), "colour": s(f"c{number % 3}"), "size": n(-number)}
        ddb.put_item(TableName=table, Item=item)
    return table


@pytest.fixture(scope="module")
def backup_arn(ddb: Client, indexed: str) -> str:
    arn: str = ddb.create_backup(TableName=indexed, BackupName="nightly")["BackupDetails"]["BackupArn"]
    return arn


def restore(ddb: Client, operation: Callable[..., Any], **request: Any) -> dict[str, Any]:
    """The description of the table that was restored."""
    target = unique("restored")
    operation(TargetTableName=target, **request)
    ddb.get_waiter("table_exists").wait(TableName=target, WaiterConfig={"Delay": 1})
    described: dict[str, Any] = ddb.describe_table(TableName=target)["Table"]
    return described


def test_a_backup_is_described(ddb: Client, indexed: str) -> None:
    """Tools poll DescribeBackup until a backup is AVAILABLE, and show what it holds."""
    created = ddb.create_backup(TableName=indexed, BackupName="nightly")["BackupDetails"]
    assert created["BackupStatus"] == "CREATING"
    assert created["BackupType"] == "USER"
    assert re.fullmatch(
        rf"arn:aws:dynamodb:us-east-1:\d{{12}}:table/{indexed}/backup/0\d{{13}}-[0-9a-f]{{8}}", created["BackupArn"]
    )
    described = ddb.describe_backup(BackupArn=created["BackupArn"])["BackupDescription"]
    assert described["BackupDetails"] == {**created, "BackupStatus": "AVAILABLE"}
    assert described["BackupDetails"]["BackupSizeBytes"] > 0
    source = described["SourceTableDetails"]
    table = ddb.describe_table(TableName=indexed)["Table"]
    for member in ("TableName", "TableId", "TableArn", "KeySchema", "ItemCount", "TableSizeBytes"):
        assert source[member] == table[member]
    assert source["BillingMode"] == "PAY_PER_REQUEST"
    features = described["SourceTableFeatureDetails"]
    assert [index["IndexName"] for index in features["GlobalSecondaryIndexes"]] == ["by-colour"]
    assert [index["IndexName"] for index in features["LocalSecondaryIndexes"]] == ["by-size"]


def test_a_restored_table_is_the_backed_up_one(ddb: Client, indexed: str, backup_arn: str) -> None:
    """With its keys, indexes and items; and not with what was written after the backup."""
    ddb.put_item(TableName=indexed, Item={"pk": s("later"), "sk": n(1), "colour": s("c0"), "size": n(1)})
    described = restore(ddb, ddb.restore_table_from_backup, BackupArn=backup_arn)
    ddb.delete_item(TableName=indexed, Key={"pk": s("later"), "sk": n(1)})
    name = described["TableName"]
    assert described["TableStatus"] == "ACTIVE"
    assert described["RestoreSummary"]["SourceBackupArn"] == backup_arn
    assert described["RestoreSummary"]["RestoreInProgress"] is False
    assert described["RestoreSummary"]["SourceTableArn"].endswith(f"table/{indexed}")
    assert described["ItemCount"] == 20
    assert ddb.scan(TableName=name)["Items"] == ddb.scan(TableName=indexed)["Items"]
    query = {"KeyConditionExpression": "colour = :c", "ExpressionAttributeValues": {":c": s("c1")}}
    red = ddb.query(TableName=name, IndexName="by-colour", **query)["Items"]
    assert sorted(int(item["sk"]["N"]) for item in red) == list(range(1, 20, 3))
    sizes = ddb.query(
        TableName=name,
        IndexName="by-size",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": s("a")},
    )["Items"]
    assert [int(item["size"]["N"]) for item in sizes] == list(range(-19, 1))
    ddb.put_item(TableName=name, Item={"pk": s("b"), "sk": n(1)})


def test_a_restore_overrides_what_the_api_lets_it(ddb: Client, backup_arn: str) -> None:
    """Other capacity, other encryption, fewer indexes: for trying a restore cheaply."""
    capacity = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}
    described = restore(
        ddb,
        ddb.restore_table_from_backup,
        BackupArn=backup_arn,
        BillingModeOverride="PROVISIONED",
        ProvisionedThroughputOverride=capacity,
        GlobalSecondaryIndexOverride=[{**_BY_COLOUR, "ProvisionedThroughput": capacity}],
        LocalSecondaryIndexOverride=[],
        SSESpecificationOverride={"Enabled": True, "SSEType": "KMS"},
    )
    assert described["ProvisionedThroughput"].items() >= capacity.items()
    assert "BillingModeSummary" not in described
    (index,) = described["GlobalSecondaryIndexes"]
    assert index["ProvisionedThroughput"].items() >= capacity.items()
    assert index["ItemCount"] == 20
    assert "LocalSecondaryIndexes" not in described
    # The store is not encrypted, so there is nothing to tell; tests/encryption has one that is.
    assert "SSEDescription" not in described
    assert {each["AttributeName"] for each in described["AttributeDefinitions"]} == {"pk", "sk", "colour"}
    bare = restore(
        ddb,
        ddb.restore_table_from_backup,
        BackupArn=backup_arn,
        GlobalSecondaryIndexOverride=[],
        OnDemandThroughputOverride={"MaxReadRequestUnits": 5},
    )
    assert "GlobalSecondaryIndexes" not in bare
    assert bare["OnDemandThroughput"]["MaxReadRequestUnits"] == 5
    unknown = {**_BY_COLOUR, "IndexName": "no-such"}
    call = {"BackupArn": backup_arn, "TargetTableName": unique("t"), "GlobalSecondaryIndexOverride": [unknown]}
    assert error_of(ddb.restore_table_from_backup, **call)[0] == "ValidationException"
    call = {"BackupArn": backup_arn, "TargetTableName": unique("t"), "BillingModeOverride": "PROVISIONED"}
    assert error_of(ddb.restore_table_from_backup, **call)[0] == "ValidationException"


def test_what_a_restore_leaves_behind(ddb: Client, make_table: Callable[..., str]) -> None:
    """Tags, time to live, the stream and protection are not restored (Developer Guide, "Backup and restore: how it
    works"): a restored table must not start sending or deleting by itself."""
    table = make_table(
        ("pk", "S"),
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        Tags=[{"Key": "k", "Value": "v"}],
    )
    ddb.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    backup = ddb.create_backup(TableName=table, BackupName="with-all")["BackupDetails"]["BackupArn"]
    features = ddb.describe_backup(BackupArn=backup)["BackupDescription"]["SourceTableFeatureDetails"]
    assert features["StreamDescription"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert features["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    described = restore(ddb, ddb.restore_table_from_backup, BackupArn=backup)
    name = described["TableName"]
    assert "LatestStreamArn" not in described
    assert ddb.list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"] == []
    ttl = ddb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "DISABLED"}
    assert not described["DeletionProtectionEnabled"]


def test_backups_are_listed(ddb: Client, make_table: Callable[..., str]) -> None:
    """Page by page, by table, by kind, by time: what clean-up scripts go by."""
    table, other = make_table(("pk", "S")), make_table(("pk", "S"))
    arns = []
    for number in range(5):
        made = ddb.create_backup(TableName=table, BackupName=f"backup-{number}")
        arns.append(made["BackupDetails"]["BackupArn"])
    ddb.create_backup(TableName=other, BackupName="other")
    listed = ddb.list_backups(TableName=table)
    assert sorted(each["BackupArn"] for each in listed["BackupSummaries"]) == sorted(arns)
    assert "LastEvaluatedBackupArn" not in listed
    assert {each["TableName"] for each in listed["BackupSummaries"]} == {table}
    seen: list[str] = []
    more: dict[str, Any] = {}
    while True:
        page = ddb.list_backups(TableName=table, Limit=2, **more)
        seen += [each["BackupName"] for each in page["BackupSummaries"]]
        if "LastEvaluatedBackupArn" not in page:
            break
        more = {"ExclusiveStartBackupArn": page["LastEvaluatedBackupArn"]}
    assert sorted(seen) == [f"backup-{number}" for number in range(5)]
    assert ddb.list_backups(TableName=table, BackupType="SYSTEM")["BackupSummaries"] == []
    assert len(ddb.list_backups(TableName=table, BackupType="USER")["BackupSummaries"]) == 5
    future = datetime.now(UTC) + _DAY
    assert ddb.list_backups(TableName=table, TimeRangeLowerBound=future)["BackupSummaries"] == []
    assert len(ddb.list_backups(TableName=table, TimeRangeUpperBound=future)["BackupSummaries"]) == 5
    deleted = ddb.delete_backup(BackupArn=arns[0])["BackupDescription"]["BackupDetails"]
    assert deleted["BackupStatus"] == "DELETED"
    assert len(ddb.list_backups(TableName=table)["BackupSummaries"]) == 4
    assert error_of(ddb.describe_backup, BackupArn=arns[0]) == (
        "BackupNotFoundException",
        f"Backup not found: {arns[0]}",
    )


def test_a_backup_outlives_its_table(ddb: Client) -> None:
    """That is what it is for."""
    table = unique("table")
    ddb.create_table(**table_definition(table, ("pk", "S")))
    ddb.put_item(TableName=table, Item={"pk": s("a")})
    backup = ddb.create_backup(TableName=table, BackupName="last")["BackupDetails"]["BackupArn"]
    ddb.delete_table(TableName=table)
    ddb.create_table(**table_definition(table, ("other", "N")))
    described = restore(ddb, ddb.restore_table_from_backup, BackupArn=backup)
    assert ddb.scan(TableName=described["TableName"])["Items"] == [{"pk": s("a")}]


def test_the_errors_of_backups(ddb: Client, indexed: str, backup_arn: str) -> None:
    """Each mistake has its own error."""
    code, message = error_of(ddb.create_backup, TableName="no-such", BackupName="backup")
    assert (code, message) == ("TableNotFoundException", "Table not found: no-such")
    assert error_of(ddb.create_backup, TableName=indexed, BackupName="no/such")[0] == "ValidationException"
    absent = backup_arn[:-8] + "00000000"
    for call in (ddb.describe_backup, ddb.delete_backup):
        assert error_of(call, BackupArn=absent)[0] == "BackupNotFoundException"
        assert error_of(call, BackupArn="x" * 40)[0] == "ValidationException"
    code, message = error_of(ddb.restore_table_from_backup, BackupArn=backup_arn, TargetTableName=indexed)
    assert (code, message) == ("TableAlreadyExistsException", f"Table already exists: {indexed}")
    to_time = ddb.restore_table_to_point_in_time
    target = {"TargetTableName": unique("t"), "UseLatestRestorableTime": True}
    assert error_of(to_time, SourceTableName=indexed, **target)[0] == "PointInTimeRecoveryUnavailableException"
    assert error_of(to_time, SourceTableName="no-such", **target)[0] == "TableNotFoundException"
    assert error_of(to_time, **target)[0] == "ValidationException"


def test_continuous_backups_are_described_for_every_table(ddb: Client, make_table: Callable[..., str]) -> None:
    """Terraform asks on every plan, whether or not a table has recovery."""
    table = make_table(("pk", "S"))
    off = {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
    }
    assert ddb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"] == off
    on = ddb.update_continuous_backups(
        TableName=table,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7},
    )["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert (on["PointInTimeRecoveryStatus"], on["RecoveryPeriodInDays"]) == ("ENABLED", 7)
    assert on["EarliestRestorableDateTime"] <= on["LatestRestorableDateTime"]
    turned_off = {"PointInTimeRecoveryEnabled": False}
    told = ddb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=turned_off)
    assert told["ContinuousBackupsDescription"] == off
    code, message = error_of(ddb.describe_continuous_backups, TableName="no-such")
    assert (code, message) == ("TableNotFoundException", "Table not found: no-such")
    too_long = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 36}
    code, _ = error_of(ddb.update_continuous_backups, TableName=table, PointInTimeRecoverySpecification=too_long)
    assert code == "ValidationException"


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="module")
def timed(clock: ManualClock) -> Any:
    """A client of a server whose time the test moves."""
    with ServerThread(clock=clock) as server:
        client = make_client(server.url)
        yield client
        client.close()


def with_recovery(ddb: Client, days: int = 35) -> str:
    table = unique("table")
    ddb.create_table(**table_definition(table, ("pk", "S")))
    specification = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
    ddb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=specification)
    return table


def test_a_table_is_restored_to_a_second(timed: Client, clock: ManualClock) -> None:
    """Exact at the boundary: what was written in that second's first moment is there, what came later is not."""
    table = with_recovery(timed)
    start = datetime.fromtimestamp(clock.now(), UTC)
    for number in range(5):
        timed.put_item(TableName=table, Item={"pk": s("a"), "n": n(number)})
        timed.put_item(TableName=table, Item={"pk": s(f"{number}")})
        clock.advance(10)
    for second, version, count in ((0, 0, 2), (9, 0, 2), (10, 1, 3), (39, 3, 5), (40, 4, 6)):
        described = restore(
            timed,
            timed.restore_table_to_point_in_time,
            SourceTableName=table,
            RestoreDateTime=start + timedelta(seconds=second),
        )
        name = described["TableName"]
        assert timed.get_item(TableName=name, Key={"pk": s("a")})["Item"]["n"] == n(version)
        assert described["ItemCount"] == count
        assert described["RestoreSummary"]["RestoreDateTime"] == start + timedelta(seconds=second)
    source = timed.describe_table(TableName=table)["Table"]["TableArn"]
    latest = restore(timed, timed.restore_table_to_point_in_time, SourceTableArn=source, UseLatestRestorableTime=True)
    assert latest["ItemCount"] == 6


def test_only_times_within_the_window_can_be_restored_to(timed: Client, clock: ManualClock) -> None:
    """A time out of reach is refused, not rounded; the window begins when recovery is turned on, and moves."""
    table = with_recovery(timed, days=1)
    start = datetime.fromtimestamp(clock.now(), UTC)
    call = {"SourceTableName": table, "TargetTableName": unique("t")}
    to_time = timed.restore_table_to_point_in_time
    before, after = start - timedelta(seconds=1), start + timedelta(seconds=1)
    assert error_of(to_time, RestoreDateTime=before, **call)[0] == "InvalidRestoreTimeException"
    assert error_of(to_time, RestoreDateTime=after, **call)[0] == "InvalidRestoreTimeException"
    assert error_of(to_time, **call)[0] == "ValidationException"
    assert error_of(to_time, RestoreDateTime=start, UseLatestRestorableTime=True, **call)[0] == "ValidationException"
    clock.advance(36 * 3600)
    told = timed.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    earliest = told["PointInTimeRecoveryDescription"]["EarliestRestorableDateTime"]
    assert earliest == start + timedelta(hours=12)
    assert error_of(to_time, RestoreDateTime=start, **call)[0] == "InvalidRestoreTimeException"
    longer = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
    told = timed.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=longer)
    described = told["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert described["EarliestRestorableDateTime"] == earliest, "what is trimmed does not come back"


def test_a_deleted_table_with_recovery_leaves_a_system_backup(timed: Client, clock: ManualClock) -> None:
    """Kept for 35 days, at no cost and without asking: whoever deletes the wrong table has it back."""
    table = with_recovery(timed)
    timed.put_item(TableName=table, Item={"pk": s("a")})
    timed.delete_table(TableName=table)
    (backup,) = timed.list_backups(TableName=table, BackupType="SYSTEM")["BackupSummaries"]
    assert backup["BackupName"] == f"{table}$DeletedTableBackup"
    assert backup["BackupExpiryDateTime"] - backup["BackupCreationDateTime"] == 35 * _DAY
    assert error_of(timed.delete_backup, BackupArn=backup["BackupArn"])[0] == "ValidationException"
    described = restore(timed, timed.restore_table_from_backup, BackupArn=backup["BackupArn"])
    assert timed.scan(TableName=described["TableName"])["Items"] == [{"pk": s("a")}]
    clock.advance(36 * 86400)
    other = unique("table")
    timed.create_table(**table_definition(other, ("pk", "S")))
    timed.update_table(TableName=other, DeletionProtectionEnabled=False)
    for _ in range(1000):
        if not timed.list_backups(TableName=table)["BackupSummaries"]:
            break
    else:
        raise AssertionError("the backup was not forgotten")
    assert timed.scan(TableName=described["TableName"])["Items"] == [{"pk": s("a")}]
