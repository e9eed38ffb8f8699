"""The clock of a server in process: whatever depends on time has followed when a call returns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import slipring
from slipring.clock import ManualClock
from tests.conftest import s, table_definition, unique

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared() -> Iterator[slipring.Server]:
    with slipring.Server() as server:
        client = server.client()
        stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
        client.create_table(**table_definition("sessions", ("pk", "S"), StreamSpecification=stream))
        expiry = {"Enabled": True, "AttributeName": "expires"}
        client.update_time_to_live(TableName="sessions", TimeToLiveSpecification=expiry)
        yield server


@pytest.fixture
def server(shared: slipring.Server) -> Iterator[slipring.Server]:
    yield shared
    shared.clock.reset()


def test_what_has_expired_is_gone_when_the_call_returns(server: slipring.Server) -> None:
    """With the stream record that says so, and not before its time."""
    client, key = server.client(), unique()
    server.clock.freeze(NEW_YEAR)
    expires = {"N": str(int((NEW_YEAR + timedelta(hours=1)).timestamp()))}
    client.put_item(TableName="sessions", Item={"pk": s(key), "expires": expires})
    server.clock.advance(minutes=59)
    assert "Item" in client.get_item(TableName="sessions", Key={"pk": s(key)})
    server.clock.advance(minutes=2)
    assert "Item" not in client.get_item(TableName="sessions", Key={"pk": s(key)})
    removed = [record for record in _records(server) if record["eventName"] == "REMOVE"]
    assert [(each["dynamodb"]["Keys"], each["userIdentity"]["Type"]) for each in removed] == [
        ({"pk": s(key)}, "Service"),
    ]


def _records(server: slipring.Server) -> list[Any]:
    streams = server.client("dynamodbstreams")
    [stream] = streams.list_streams(TableName="sessions")["Streams"]
    found = []
    for shard in streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found += streams.get_records(ShardIterator=iterator)["Records"]
    return found


@pytest.mark.parametrize(
    "moment", ["2026-01-01T00:00:00Z", "2026-01-01", "2026-01-01T02:00:00+02:00", NEW_YEAR, NEW_YEAR.timestamp()]
)
def test_a_time_may_be_told_in_many_ways(server: slipring.Server, moment: Any) -> None:
    server.clock.freeze(moment)
    assert server.clock.now() == NEW_YEAR
    server.clock.travel(moment)
    assert NEW_YEAR <= server.clock.now() < NEW_YEAR + timedelta(minutes=1)


def test_it_runs_on_or_stands_still(server: slipring.Server) -> None:
    before = server.clock.now()
    server.clock.freeze()
    assert before <= server.clock.now() == server.clock.now() < before + timedelta(minutes=1)
    server.clock.advance(1.5)
    server.clock.advance(days=1)
    assert server.clock.now() >= before + timedelta(days=1, seconds=1.5)
    server.clock.reset()
    assert server.clock.now() < before + timedelta(minutes=1)


def test_a_clock_of_the_callers_is_the_callers_to_move() -> None:
    with slipring.Server(clock=ManualClock()) as server, pytest.raises(RuntimeError, match="move that"):
        server.clock.freeze()
