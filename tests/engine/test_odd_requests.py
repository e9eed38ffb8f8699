"""Requests that are JSON of the right shape and yet meant to trip: none may end in anything but an answer or an
error of the API."""

from __future__ import annotations

import asyncio
from base64 import b64encode

import orjson
import pytest

from slipring.model.errors.tree import SerializationException, TransactionCanceledException, ValidationException
from slipring.storage.memory import MemoryStore
from tests.engine.running import Process

NESTED = b"[" * 1000 + b"null" + b"]" * 1000
"""Nearly as deep as the parser goes, which is deeper than Python calls."""
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/things/stream/2024-01-01T00:00:00.000"


def test_nulls_in_unknown_members_may_be_nested_deeply() -> None:
    """Members that the model does not have are ignored, however deep they are."""

    async def scenario() -> None:
        process = Process(MemoryStore())
        await process.make_table("things")
        key = b'{"TableName":"things","Key":{"pk":{"S":"a"}},"Unknown":%b}' % NESTED
        assert await process.call_raw("GetItem", key) == {}

    asyncio.run(scenario())


def test_unknown_members_of_a_transaction_are_no_part_of_what_its_token_stands_for() -> None:
    """They are ignored there too: they neither make it another request nor stop it by their depth."""

    async def scenario() -> None:
        process = Process(MemoryStore())
        await process.make_table("things")
        for unknown in (b"1", NESTED):
            body = (
                b'{"ClientRequestToken":"t","TransactItems":[{"Update":{"TableName":"things","Key":{"pk":{"S":"a"}},'
                b'"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1"}},"Unknown":%b}}]}' % unknown
            )
            assert await process.call_raw("TransactWriteItems", body) == {}
        assert (await process.get("things", "a"))["n"] == {"N": "1"}
        for unknown in (b"1", NESTED):
            body = (
                b'{"ClientRequestToken":"u","TransactStatements":[{"Statement":"UPDATE things SET n = n + 1 '
                b'WHERE pk = \'a\'","Unknown":%b}]}' % unknown
            )
            assert await process.call_raw("ExecuteTransaction", body) == {"Responses": []}
        assert (await process.get("things", "a"))["n"] == {"N": "2"}

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "place", ["[0,-1,1e10]", "[0,18446744073709551616,1e10]", "[0,1e999,1e10]", "[0,0]", "{}", "x"]
)
def test_shard_iterators_that_we_did_not_make(place: str) -> None:
    """An iterator is opaque but not secret: a client can make one up."""

    async def scenario() -> None:
        process = Process(MemoryStore())
        with pytest.raises(ValidationException, match="Invalid ShardIterator"):
            await process.call("GetRecords", ShardIterator=f"{ARN}|1|{b64encode(place.encode()).decode()}")

    asyncio.run(scenario())


@pytest.mark.parametrize("place", [["d", -1, ""], ["d", 0, "x"], ["d", 0, 5], ["d"], [], {}, 1])
def test_next_tokens_that_we_did_not_make(place: object) -> None:
    """The same of a SELECT's NextToken."""

    async def scenario() -> None:
        process = Process(MemoryStore())
        await process.make_table("things")
        token = b64encode(orjson.dumps(place)).decode()
        with pytest.raises(ValidationException):
            await process.call("ExecuteStatement", Statement="SELECT * FROM things", NextToken=token)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("BatchGetItem", b'{"RequestItems":{"t":{"Keys":[{"pk":%b}]}}}'),
        ("BatchWriteItem", b'{"RequestItems":{"t":[{"DeleteRequest":{"Key":{"pk":%b}}}]}}'),
        ("BatchExecuteStatement", b'{"Statements":[%b]}' % b",".join([b'{"Statement":"x","Parameters":[%b]}'] * 26)),
    ],
)
def test_values_nested_too_deep_to_print(operation: str, body: bytes) -> None:
    """Messages about a constraint repeat the request, however deep it is."""

    async def scenario() -> None:
        value = b'{"L":[' * 200 + b"]}" * 200
        with pytest.raises(ValidationException, match="validation error detected"):
            await Process(MemoryStore()).call_raw(operation, body.replace(b"%b", value))

    asyncio.run(scenario())


def test_elements_beyond_the_length_of_a_list() -> None:
    """A list that is too long is not read to its end, but the message about it repeats it all the same."""

    async def scenario() -> None:
        for odd in (5, "x", [1], {"Delete": 1}):
            with pytest.raises(ValidationException, match="less than or equal to 100"):
                await Process(MemoryStore()).call("TransactWriteItems", TransactItems=[{}] * 100 + [odd])

    asyncio.run(scenario())


@pytest.mark.parametrize("odd", [5, "x", [], None, {"L": 5}, {"M": []}, {"L": [5]}, {}])
def test_wrong_json_beside_an_empty_name(odd: object) -> None:
    """An empty name inside a value has all values looked at for their depth, those of the wrong kind too."""

    async def scenario() -> None:
        process = Process(MemoryStore())
        await process.make_table("things")
        with pytest.raises((SerializationException, ValidationException)):
            await process.put("things", "a", named={"M": {"": {"S": "x"}}}, odd=odd)

    asyncio.run(scenario())


def test_an_empty_item_in_a_transaction() -> None:
    async def scenario() -> None:
        process = Process(MemoryStore())
        await process.make_table("things")
        with pytest.raises((TransactionCanceledException, ValidationException)):
            await process.call("TransactWriteItems", TransactItems=[{"Put": {"TableName": "things", "Item": {}}}])

    asyncio.run(scenario())
