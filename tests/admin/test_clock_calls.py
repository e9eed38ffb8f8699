"""Moving the clock over HTTP, and the table of admin calls behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.admin_api import admin, move_clock
from tests.api.test_streams import records_of, stream_of, streaming, streams_client
from tests.conftest import error_of, make_client, n, s, table_definition, unique
from tests.servers import ServerThread

NEW_YEAR = "2026-01-01T00:00:00Z"
EPOCH_S = 1_767_225_600.0
PATH = "/_slipring/clock"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ServerThread(test_mode=True) as server:
        yield server.port


def test_frozen_time_stands_still_and_is_moved_exactly(port: int) -> None:
    """A test that says what time it is can say what it expects, to the second."""
    assert move_clock(port, freeze=NEW_YEAR)["epoch_s"] == EPOCH_S
    told = move_clock(port, advance="1d 2h 30m 15s")
    assert (told["now"], told["frozen"]) == ("2026-01-02T02:30:15.000Z", True)
    assert move_clock(port, advance=-15)["now"] == "2026-01-02T02:30:00.000Z"
    assert move_clock(port, advance="-2h 30m")["now"] == "2026-01-02T00:00:00.000Z"
    assert move_clock(port, freeze=EPOCH_S)["now"] == "2026-01-01T00:00:00.000Z"
    assert admin(port, "GET", PATH)[1]["epoch_s"] == EPOCH_S


def test_time_that_was_travelled_to_runs_on(port: int) -> None:
    first = move_clock(port, travel="2030-06-01T12:00:00+02:00")
    assert (first["now"][:16], first["frozen"]) == ("2030-06-01T10:00", False)
    assert admin(port, "GET", PATH)[1]["epoch_s"] > first["epoch_s"]
    later = move_clock(port, advance=3600)
    assert 3600 <= later["epoch_s"] - first["epoch_s"] < 3660
    frozen = move_clock(port, freeze=True)
    assert admin(port, "GET", PATH)[1]["epoch_s"] == frozen["epoch_s"]
    assert move_clock(port, reset=True)["epoch_s"] < first["epoch_s"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "Say one of"),
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        ({"freeze": NEW_YEAR, "advance": 1}, "Say one of"),
        ({"freeze": "soon"}, "'soon' is no ISO 8601 time."),
        ({"travel": True}, "True is not a time."),
        ({"advance": "soon"}, "'soon' is no duration"),
        ({"advance": "5"}, "'5' is no duration"),
        ({"advance": 1e12}, "from 1970 to 9000"),
        ({"freeze": -1}, "from 1970 to 9000"),
        ({"stop": True}, "Say one of"),
    ],
)
def test_what_is_not_understood_moves_nothing(port: int, body: Any, complaint: str) -> None:
    before = move_clock(port, freeze=NEW_YEAR)
    status, told = admin(port, "POST", PATH, body)
    assert status == 400
    assert complaint in told["message"]
    assert admin(port, "GET", PATH)[1]["epoch_s"] == before["epoch_s"]


def test_outside_of_test_mode_time_is_not_moved(server: ServerThread) -> None:
    """Whoever can reach the port could otherwise expire everything."""
    status, told = admin(server.port, "POST", PATH, {"advance": "49h"})
    assert status == 403
    assert "--test-mode" in told["message"]
    assert admin(server.port, "GET", PATH)[1]["frozen"] is False


def test_a_call_that_there_is_not_is_told_which_there_are(server: ServerThread) -> None:
    status, told = admin(server.port, "GET", "/_slipring/clok")
    assert status == 404
    assert PATH in told["message"]
    status, told = admin(server.port, "DELETE", "/_slipring/ttl")
    assert status == 405
    assert "POST" in told["message"]


def test_localstacks_health(server: ServerThread) -> None:
    """Scripts that wait for LocalStack look here."""
    status, told = admin(server.port, "GET", "/_localstack/health")
    assert status == 200
    assert told["services"] == {"dynamodb": "running", "dynamodbstreams": "running"}


def test_everything_that_goes_by_time_follows_before_the_call_returns() -> None:
    """A test can go on at once: expired items are gone, old records trimmed, iterators expired, tokens forgotten."""
    with ServerThread(test_mode=True) as server:
        client, streams = make_client(server.url), streams_client(server.url)
        move_clock(server.port, freeze=NEW_YEAR)
        table = unique("things")
        client.create_table(**table_definition(table, ("pk", "S"), **streaming("KEYS_ONLY")))
        client.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"})
        once = {
            "TransactItems": [{"Put": {"TableName": table, "Item": {"pk": s("a"), "at": n(int(EPOCH_S) + 48 * 3600)}}}],
            "ClientRequestToken": "once",
        }
        client.transact_write_items(**once)
        arn = stream_of(client, table)
        [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        where = {"StreamArn": arn, "ShardId": shard["ShardId"]}
        iterator = streams.get_shard_iterator(**where, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        assert move_clock(server.port, advance="49h")["expired_items"] == 1
        assert client.scan(TableName=table)["Count"] == 0
        assert [record["eventName"] for record in records_of(streams, arn)] == ["REMOVE"]
        assert error_of(streams.get_records, ShardIterator=iterator)[0] == "ExpiredIteratorException"
        client.transact_write_items(**once)
        assert client.scan(TableName=table)["Count"] == 1, "the token is forgotten, so this is a new request"
        client.close()
        streams.close()
