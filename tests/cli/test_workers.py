"""`--workers 2`: whichever process a connection ends at, a client cannot tell."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest

from tests.cli.processes import Serving
from tests.conftest import unique
from tests.crash import tables
from tests.crash.api import Api, Refused, wire_key
from tests.edge.wire import Client, eventually, request

_PROCESS_DIGITS = 36
"""How much of a request id is its process's own."""


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    store = tmp_path_factory.mktemp("workers") / "store"
    with Serving("--store", str(store), "--workers", "2") as serving:
        yield serving


@pytest.fixture
def pair(serving: Serving) -> Iterator[tuple[Api, Api]]:
    """A connection to each worker."""
    with ExitStack() as opened:
        by_process: dict[str, Api] = {}
        while len(by_process) < 2:
            api = opened.enter_context(Api(serving.port))
            api.call("ListTables")
            by_process[api.request_id[:_PROCESS_DIGITS]] = api
        first, second = by_process.values()
        yield first, second


@pytest.fixture(scope="module")
def table(serving: Serving) -> str:
    name = unique("table")
    with Api(serving.port) as api:
        api.call("CreateTable", TableName=name, **tables.PLAIN)
    return name


def test_what_one_has_acknowledged_the_other_reads(pair: tuple[Api, Api], serving: Serving, table: str) -> None:
    """At once, in both directions, and while both are busy writing."""
    busy = True

    def keep_busy(name: str) -> None:
        with Api(serving.port) as api:
            while busy:
                api.call("PutItem", TableName=table, Item=wire_key((name, 0)))

    with ThreadPoolExecutor(4) as pool:
        others = [pool.submit(keep_busy, unique()) for _ in range(4)]
        key = wire_key((unique(), 0))
        try:
            for number in range(150):
                writer, reader = pair if number % 2 else reversed(pair)
                item = {**key, "n": {"N": str(number)}}
                writer.call("PutItem", TableName=table, Item=item)
                assert reader.call("GetItem", TableName=table, Key=key, ConsistentRead=True)["Item"] == item
        finally:
            busy = False
        for other in others:
            other.result()


def test_counters_are_exact(serving: Serving, table: str) -> None:
    """Increments of one item from both processes."""
    key = wire_key((unique(), 0))

    def increment(_: int) -> list[int]:
        with Api(serving.port) as api:
            update = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
            answers = [
                api.call("UpdateItem", TableName=table, Key=key, ReturnValues="ALL_NEW", **update) for _ in range(60)
            ]
            return [int(answer["Attributes"]["n"]["N"]) for answer in answers]

    with ThreadPoolExecutor(8) as pool:
        answers = [number for numbers in pool.map(increment, range(8)) for number in numbers]
    assert sorted(answers) == list(range(1, 8 * 60 + 1))


def test_of_several_who_would_create_an_item_one_does(serving: Serving, table: str) -> None:
    """A condition holds across processes: that is what locks are built from."""
    keys = [wire_key((unique(), number)) for number in range(40)]

    def claim(_: int) -> int:
        won = 0
        with Api(serving.port) as api:
            for key in keys:
                try:
                    api.call("PutItem", TableName=table, Item=key, ConditionExpression="attribute_not_exists(pk)")
                    won += 1
                except Refused as refused:
                    assert refused.code == "ConditionalCheckFailedException"
        return won

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(claim, range(6))) == len(keys)


def test_tables_come_change_and_go_in_both_at_once(pair: tuple[Api, Api]) -> None:
    """A process keeps tables ready; it must notice at once when another one changes them."""
    for number in range(20):
        here, there = pair if number % 2 else reversed(pair)
        name = unique("table")
        item = {**wire_key(("a", 1)), "group": {"S": "g"}, "size": {"N": "1"}}
        here.call("CreateTable", TableName=name, **tables.PLAIN)
        there.call("PutItem", TableName=name, Item=item)
        definitions = tables.INDEXED["AttributeDefinitions"]
        create = [{"Create": tables.BY_GROUP}]
        here.call("UpdateTable", TableName=name, AttributeDefinitions=definitions, GlobalSecondaryIndexUpdates=create)
        # Refused at once, if it takes `group` for a plain attribute no longer.
        with pytest.raises(Refused, match="Type mismatch for Index Key"):
            there.call("PutItem", TableName=name, Item={**item, "group": {"N": "1"}})
        there.call("DeleteTable", TableName=name)
        with pytest.raises(Refused, match="ResourceNotFoundException"):
            here.call("GetItem", TableName=name, Key=wire_key(("a", 1)))
        here.call("CreateTable", TableName=name, **tables.PLAIN)
        assert there.call("Scan", TableName=name)["Items"] == []
        there.call("DeleteTable", TableName=name)


def test_a_transaction_is_seen_whole_by_the_other(pair: tuple[Api, Api], table: str) -> None:
    """Two items that are always written together are never read apart."""
    keys = [wire_key((unique(), number)) for number in range(2)]

    def write(api: Api) -> None:
        for number in range(100):
            puts = [{"Put": {"TableName": table, "Item": {**key, "n": {"N": str(number)}}}} for key in keys]
            api.call("TransactWriteItems", TransactItems=puts)

    writer, reader = pair
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write, writer)
        while not writing.done():
            gets = [{"Get": {"TableName": table, "Key": key}} for key in keys]
            answers = reader.call("TransactGetItems", TransactItems=gets)["Responses"]
            first, second = (answer.get("Item", {}).get("n") for answer in answers)
            assert first == second
        writing.result()


def test_sigterm_lets_requests_in_flight_finish_in_every_worker(tmp_path: Path) -> None:
    """No client gets an error, nobody new is let in, and it ends as soon as the last answer is out."""
    put = request(
        orjson.dumps({"TableName": tables.MAIN, "Item": wire_key(("late", 0))}),
        {"X-Amz-Target": "DynamoDB_20120810.PutItem"},
    )
    with Serving("--store", str(tmp_path / "store"), "--workers", "2") as serving, ExitStack() as opened:
        with Api(serving.port) as api:
            api.call("CreateTable", TableName=tables.MAIN, **tables.PLAIN)
        clients = [opened.enter_context(serving.client()) for _ in range(12)]
        for client in clients:
            assert client.ask(put).status == 200
            client.send(put[:-1])
        idle = [opened.enter_context(serving.client()) for _ in range(12)]
        assert len({client.ask(put).headers["x-amzn-requestid"][:_PROCESS_DIGITS] for client in idle}) == 2
        serving.send(signal.SIGTERM)
        assert all(client.closed() for client in idle)
        assert eventually(lambda: is_refused(serving.port))
        for client in clients:
            client.send(put[-1:])
            response = client.receive()
            assert (response.status, response.headers["connection"]) == (200, "close")
        begun_s = time.monotonic()
        assert serving.ended() == (0, "")
        assert time.monotonic() - begun_s < 5


def is_refused(port: int) -> bool:
    try:
        Client(port).socket.close()
    except ConnectionRefusedError:
        return True
    return False
