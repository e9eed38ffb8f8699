"""Tables that another process changes. Its changes are seen at once, though every process keeps its tables in mind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from slipring.model.errors.base import ApiError
from slipring.storage.contract import Writes
from tests.engine.running import Process
from tests.postgresql.conftest import opened

Scenario = Callable[[Process, Process], Awaitable[None]]


def run(address: str, scenario: Scenario) -> None:
    async def in_two_processes() -> None:
        async with opened(address) as one, opened(address) as other:
            await scenario(Process(one), Process(other))

    asyncio.run(in_two_processes())


async def make(process: Process, key: str, item: dict[str, Any]) -> None:
    await process.call(
        "CreateTable",
        TableName="things",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
    )
    await process.call("PutItem", TableName="things", Item=item)


KEY = {"pk": {"S": "a"}}
OLD, NEW = {**KEY, "is": {"S": "old"}}, {**KEY, "is": {"S": "new"}}
READS: list[tuple[str, dict[str, Any], Callable[[Any], Any]]] = [
    ("GetItem", {"TableName": "things", "Key": KEY}, lambda answer: answer["Item"]),
    ("BatchGetItem", {"RequestItems": {"things": {"Keys": [KEY]}}}, lambda answer: answer["Responses"]["things"][0]),
    (
        "TransactGetItems",
        {"TransactItems": [{"Get": {"TableName": "things", "Key": KEY}}]},
        lambda answer: answer["Responses"][0]["Item"],
    ),
    ("Scan", {"TableName": "things"}, lambda answer: answer["Items"][0]),
    (
        "Query",
        {
            "TableName": "things",
            "KeyConditionExpression": "pk = :a",
            "ExpressionAttributeValues": {":a": {"S": "a"}},
        },
        lambda answer: answer["Items"][0],
    ),
    ("ExecuteStatement", {"Statement": "SELECT * FROM things WHERE pk = 'a'"}, lambda answer: answer["Items"][0]),
    (
        "ExecuteTransaction",
        {"TransactStatements": [{"Statement": "SELECT * FROM things WHERE pk = 'a'"}]},
        lambda answer: answer["Responses"][0]["Item"],
    ),
]


@pytest.mark.parametrize(("operation", "request_", "item"), READS, ids=[operation for operation, _, _ in READS])
def test_a_table_made_anew_by_another_process_is_read_at_once(
    address: str, operation: str, request_: dict[str, Any], item: Callable[[Any], Any]
) -> None:
    """A process that still read the table that was dropped would find its remains, or nothing."""

    async def scenario(one: Process, other: Process) -> None:
        await make(one, "pk", OLD)
        assert item(await one.call(operation, **request_)) == OLD
        await other.call("DeleteTable", TableName="things")
        await make(other, "pk", NEW)
        assert item(await one.call(operation, **request_)) == NEW

    run(address, scenario)


def test_a_write_goes_into_the_table_as_it_is(address: str) -> None:
    """Also into an index that another process has just added."""

    async def scenario(one: Process, other: Process) -> None:
        await make(one, "pk", OLD)
        await other.call("DeleteTable", TableName="things")
        await make(other, "pk", NEW)
        await one.call("UpdateItem", TableName="things", Key=KEY, AttributeUpdates={"by": {"Value": {"S": "one"}}})
        assert await other.get("things", "a") == {**NEW, "by": {"S": "one"}}

    run(address, scenario)


def test_a_refusal_rests_on_the_table_as_it_is(address: str) -> None:
    """A request that is wrong for the table that this process remembers, and right for the one that there is."""

    async def scenario(one: Process, other: Process) -> None:
        await make(one, "pk", OLD)
        await other.call("DeleteTable", TableName="things")
        await make(other, "id", {"id": {"S": "a"}})
        answer = await one.call("GetItem", TableName="things", Key={"id": {"S": "a"}})
        assert answer["Item"] == {"id": {"S": "a"}}

    run(address, scenario)


def test_a_batch_of_statements_is_refused_on_the_table_as_it_is(address: str) -> None:
    """Its refusals are part of the answer, and no less to be relied on."""

    async def scenario(one: Process, other: Process) -> None:
        await make(one, "pk", OLD)
        await other.call("DeleteTable", TableName="things")
        await make(other, "id", {"id": {"S": "a"}})
        answer = await one.call(
            "BatchExecuteStatement", Statements=[{"Statement": """INSERT INTO things VALUE {'id': 'b'}"""}]
        )
        assert answer["Responses"] == [{"TableName": "things"}]

    run(address, scenario)


def test_a_table_that_another_process_dropped_is_gone(address: str) -> None:
    async def scenario(one: Process, other: Process) -> None:
        await make(one, "pk", OLD)
        await one.get("things", "a")
        await other.call("DeleteTable", TableName="things")
        for request in (
            lambda: one.get("things", "a"),
            lambda: one.put("things", "a"),
            lambda: one.call("Scan", TableName="things"),
            lambda: one.call("DescribeTable", TableName="things"),
        ):
            with pytest.raises(ApiError) as refused:
                await request()
            assert refused.value.code == "ResourceNotFoundException"

    run(address, scenario)


def test_a_change_between_what_a_process_saw_and_its_own_change_is_noticed(address: str) -> None:
    """Two processes change what is watched at the same moment, identities say and tables. The commit of one overwrites
    what told of the other's: a policy that was taken away would be in force there until the next change."""

    async def scenario() -> None:
        async with opened(address) as one:
            changes: list[bytes | None] = []
            one.watch(b"\x01a", lambda: changes.append(b""))
            await one.commit((), lambda _: Writes({b"\x01n": b"1"}, None, None))
            changes.clear()

            async def in_another_process() -> None:
                async with opened(address) as other:
                    await other.commit((), lambda _: Writes({b"\x01a": b"2"}, None, None))

            def decide(_: Sequence[bytes | None]) -> Writes[None]:
                another = threading.Thread(target=asyncio.run, args=(in_another_process(),))
                another.start()
                another.join()
                return Writes({b"\x01n": b"3"}, None, None)

            await one.commit([b"\x01n"], decide)
            assert await one.get(b"\x01a") == b"2"
            assert changes

    asyncio.run(scenario())
