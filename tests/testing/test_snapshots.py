"""Snapshots: saved, loaded, compared and deleted, on stores that outlive their process and on one that does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

import slipring
from slipring.engine import keyspace
from slipring.engine.scrub.findings import Finding, Watch
from slipring.engine.scrub.run import scrub
from slipring.engine.snapshots.copying import FORMAT
from slipring.engine.snapshots.errors import SnapshotError, SnapshotMissing
from slipring.storage.contract import Writes
from tests import postgres_servers
from tests.conftest import Client, n, s, table_definition, unique

INDEXED: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": "artist", "AttributeType": "S"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-artist",
            "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}


@pytest.fixture(scope="module", params=["memory:", "file", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[slipring.Server]:
    store = request.param
    if store == "postgresql":
        store = postgres_servers.fresh_address()
    elif store == "file":
        store = str(tmp_path_factory.mktemp("store"))
    with slipring.Server(store) as running:
        yield running


@pytest.fixture
def client(server: slipring.Server) -> Iterator[Client]:
    """An empty server."""
    client = server.client()
    yield client
    for name in client.list_tables()["TableNames"]:
        client.delete_table(TableName=name)
    server.snapshots.clear()


def put(client: Client, table: str, *keys: str, **more: Any) -> None:
    for key in keys:
        client.put_item(TableName=table, Item={"pk": s(key), **more})


def keys_of(client: Client, table: str, **more: Any) -> list[str]:
    return sorted(item["pk"]["S"] for item in client.scan(TableName=table, **more)["Items"])


def test_loading_brings_everything_back(server: slipring.Server, client: Client) -> None:
    """Items, index entries and counts; a table made since is gone, a dropped one is there again."""
    client.create_table(**table_definition("music", ("pk", "S"), **INDEXED))
    client.create_table(**table_definition("films", ("pk", "S")))
    put(client, "music", "a", "b", artist=s("x"))
    server.snapshots.save("before")
    put(client, "music", "c", artist=s("x"))
    client.delete_item(TableName="music", Key={"pk": s("a")})
    client.delete_table(TableName="films")
    client.create_table(**table_definition("books", ("pk", "S")))
    for _ in range(2):
        server.snapshots.load("before")
        assert client.list_tables()["TableNames"] == ["films", "music"]
        assert keys_of(client, "music") == keys_of(client, "music", IndexName="by-artist") == ["a", "b"]
        assert client.describe_table(TableName="music")["Table"]["ItemCount"] == 2
        put(client, "music", "d", artist=s("x"))
        assert keys_of(client, "music", IndexName="by-artist") == ["a", "b", "d"]


def test_streams_go_back_too(server: slipring.Server, client: Client) -> None:
    """The records of what was taken back are gone, and what is done now is told."""
    client.create_table(**table_definition("music", ("pk", "S"), **INDEXED))
    put(client, "music", "a")
    server.snapshots.save("before")
    put(client, "music", "b")
    server.snapshots.load("before")
    put(client, "music", "c")
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in records(server)] == ["a", "c"]


def records(server: slipring.Server) -> list[Any]:
    streams = server.client("dynamodbstreams")
    arn = server.client().describe_table(TableName="music")["Table"]["LatestStreamArn"]
    found = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found += streams.get_records(ShardIterator=iterator)["Records"]
    return found


def test_a_request_that_was_taken_back_can_be_made_again(server: slipring.Server, client: Client) -> None:
    """Its token would otherwise have it pass for done."""
    client.create_table(**table_definition("music", ("pk", "S")))
    request = {
        "TransactItems": [{"Put": {"TableName": "music", "Item": {"pk": s("a")}}}],
        "ClientRequestToken": unique(),
    }
    server.snapshots.save("before")
    client.transact_write_items(**request)
    server.snapshots.load("before")
    client.transact_write_items(**request)
    assert keys_of(client, "music") == ["a"]


def test_expiry_goes_on_after_loading(server: slipring.Server, client: Client) -> None:
    client.create_table(**table_definition("music", ("pk", "S")))
    expiry = {"Enabled": True, "AttributeName": "expires"}
    client.update_time_to_live(TableName="music", TimeToLiveSpecification=expiry)
    put(client, "music", "a", expires=n(int(time.time()) + 3600))
    server.snapshots.save("before")
    server.snapshots.load("before")
    assert keys_of(client, "music") == ["a"]
    server.clock.advance(hours=2)
    assert keys_of(client, "music") == []
    server.clock.reset()


def test_loading_spares_the_last_state_of_a_dropped_table(server: slipring.Server, client: Client) -> None:
    """It lies where the table lay, whose stream is still there to be replaced; the backup must not be emptied."""
    client.create_table(**table_definition("music", ("pk", "S"), **INDEXED))
    recovery = {"PointInTimeRecoveryEnabled": True}
    client.update_continuous_backups(TableName="music", PointInTimeRecoverySpecification=recovery)
    put(client, "music", "a", "b", artist=s("x"))
    client.delete_table(TableName="music")
    arns = {each["BackupArn"] for each in client.list_backups(BackupType="SYSTEM")["BackupSummaries"]}
    server.snapshots.save("before")
    server.snapshots.load("before")
    assert _eventually(lambda: server.wait_for(server.engine.background._jobs())) == []
    for number, arn in enumerate(arns):
        client.restore_table_from_backup(BackupArn=arn, TargetTableName=f"again{number}")
    restored = [keys_of(client, f"again{number}") for number in range(len(arns))]
    assert ["a", "b"] in restored


def test_the_difference_tells_what_changed(server: slipring.Server, client: Client) -> None:
    client.create_table(**table_definition("music", ("pk", "S")))
    client.create_table(**table_definition("films", ("pk", "S")))
    put(client, "music", "a", "b", "c")
    put(client, "films", "f")
    server.snapshots.save("before")
    assert server.snapshots.diff("before") == []
    put(client, "music", "b", plays=n(1))
    put(client, "music", "d")
    client.delete_item(TableName="music", Key={"pk": s("c")})
    client.delete_table(TableName="films")
    client.create_table(**table_definition("books", ("pk", "S")))
    client.update_table(TableName="music", DeletionProtectionEnabled=True)
    server.snapshots.save("after")
    expected = [
        ("books", "added", False, {"added": 0, "removed": 0, "changed": 0}, []),
        ("films", "removed", False, {"added": 0, "removed": 1, "changed": 0}, [("removed", "f")]),
        (
            "music",
            "changed",
            True,
            {"added": 1, "removed": 1, "changed": 1},
            [("added", "d"), ("changed", "b"), ("removed", "c")],
        ),
    ]
    for other in (None, "after"):
        assert [told(each) for each in server.snapshots.diff("before", other)] == expected
    client.update_table(TableName="music", DeletionProtectionEnabled=False)


def told(difference: dict[str, Any]) -> tuple[Any, ...]:
    keys = sorted((each["change"], each["key"]["pk"]["S"]) for each in difference["keys"])
    return (
        *(difference[name] for name in ("table", "change", "definition_changed", "items")),
        keys,
    )


def test_names_are_taken_once(server: slipring.Server, client: Client) -> None:
    server.snapshots.save("one")
    with pytest.raises(SnapshotError, match="there is a snapshot one already"):
        server.snapshots.save("one")
    with pytest.raises(SnapshotError, match="is no name for a snapshot"):
        server.snapshots.save("a b")
    server.snapshots.save("another")
    assert server.snapshots.names() == ["another", "one"]
    server.snapshots.delete("one")
    assert server.snapshots.names() == ["another"]
    calls: list[Callable[[str], Any]] = [server.snapshots.load, server.snapshots.delete, server.snapshots.diff]
    for call in calls:
        with pytest.raises(SnapshotMissing, match="there is no snapshot one"):
            call("one")


def test_what_is_done_within_is_taken_back(server: slipring.Server, client: Client) -> None:
    """Also where the block fails, which in a test it may."""
    client.create_table(**table_definition("music", ("pk", "S")))
    put(client, "music", "a")
    with pytest.raises(ZeroDivisionError), server.snapshots.rollback():
        client.delete_table(TableName="music")
        raise ZeroDivisionError
    with server.snapshots.rollback():
        put(client, "music", "b")
    assert keys_of(client, "music") == ["a"]


def test_a_table_that_is_written_meanwhile_is_whole(server: slipring.Server, client: Client) -> None:
    """Who writes while a snapshot is loaded writes before it or after it, never into both."""
    client.create_table(**table_definition("music", ("pk", "S"), **INDEXED))
    put(client, "music", *map(str, range(50)), artist=s("x"))
    server.snapshots.save("before")

    async def write_and_load() -> None:
        writes = [asyncio.to_thread(put, client, "music", f"w{i}", artist=s("x")) for i in range(50)]
        await asyncio.gather(*writes, asyncio.to_thread(server.snapshots.load, "before"))

    asyncio.run(write_and_load())
    found = keys_of(client, "music")
    assert found == keys_of(client, "music", IndexName="by-artist")
    assert len(found) == client.describe_table(TableName="music")["Table"]["ItemCount"]
    assert {key for key in found if not key.startswith("w")} == set(map(str, range(50)))


def test_a_lasting_snapshot_is_there_after_a_restart(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    with slipring.Server(store) as server:
        client = server.client()
        client.create_table(**table_definition("music", ("pk", "S")))
        put(client, "music", "a")
        server.snapshots.save("before")
        put(client, "music", "b")
    with slipring.Server(store) as server:
        server.snapshots.load("before")
        assert keys_of(server.client(), "music") == ["a"]


def test_a_snapshot_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """As is one whose saving was broken off: neither can be understood in full. Both can be deleted."""
    with slipring.Server(str(tmp_path / "store")) as server:
        server.client().create_table(**table_definition("music", ("pk", "S")))
        for name, more in (("newer", {"Format": FORMAT + 1}), ("broken", {"IsComplete": False})):
            server.snapshots.save(name)
            key = keyspace.snapshot(name)
            record = orjson.loads(server.wait_for(server.engine.store.get(key)) or b"")
            puts: dict[bytes, bytes | None] = {key: orjson.dumps({**record, **more})}
            server.wait_for(server.engine.store.commit((), lambda _, puts=puts: Writes(puts, None, None)))  # type: ignore[misc]
        calls: list[Callable[[str], Any]] = [server.snapshots.load, server.snapshots.diff]
        for call in calls:
            with pytest.raises(SnapshotError, match="newer was saved by a newer version of Slipring than this one"):
                call("newer")
            with pytest.raises(SnapshotError, match="broken is not complete"):
                call("broken")
        assert server.client().list_tables()["TableNames"] == ["music"]
        server.snapshots.clear()
        assert server.snapshots.names() == []


def test_nothing_of_a_deleted_snapshot_is_left(tmp_path: Path) -> None:
    """Its rows, and those of tables that a load replaced, are erased in the background."""
    with slipring.Server(str(tmp_path / "store")) as server:
        client = server.client()
        client.create_table(**table_definition("music", ("pk", "S"), **INDEXED))
        put(client, "music", "a", artist=s("x"))
        server.snapshots.save("before")
        server.snapshots.load("before")
        server.snapshots.delete("before")
        client.delete_item(TableName="music", Key={"pk": s("a")})
        rows = _eventually(lambda: server.wait_for(server.engine.store.scan(b"\x02", b"\x04", limit=9, bytes_max=9)))
        assert rows == []


def _eventually(look: Callable[[], list[Any]]) -> list[Any]:
    """What is there once nothing is, or after five seconds."""
    for _ in range(500):
        found = look()
        if not found:
            break
        time.sleep(0.01)
    return found


def test_a_scrub_knows_what_snapshots_hold(tmp_path: Path) -> None:
    """Their rows belong to no table, and are not left over."""
    with slipring.Server(str(tmp_path / "store")) as server:
        client = server.client()
        client.create_table(**table_definition("music", ("pk", "S"), **INDEXED))
        put(client, "music", "a", artist=s("x"))
        server.snapshots.save("before")
        findings: list[Finding] = []
        server.wait_for(scrub(server.engine.store, Watch(findings.append, lambda _: None)))
        server.snapshots.load("before")
        server.wait_for(scrub(server.engine.store, Watch(findings.append, lambda _: None)))
    assert findings == []
