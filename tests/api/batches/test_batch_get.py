"""BatchGetItem.

API Reference, "BatchGetItem": up to 100 items of any tables, at most 16 MB; what does not fit comes back as
UnprocessedKeys, in the form of a request. Messages as the service words them.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Client, error_of, n, s, unique

Item = dict[str, dict[str, Any]]


def put_many(ddb: Client, table: str, count: int, **attributes: dict[str, Any]) -> list[Item]:
    """Items with new keys in a table whose only key is `pk`."""
    made = [{"pk": s(unique()), "number": n(number), **attributes} for number in range(count)]
    for start in range(0, count, 25):
        ddb.batch_write_item(
            RequestItems={table: [{"PutRequest": {"Item": item}} for item in made[start : start + 25]]}
        )
    return made


def keys(made: list[Item]) -> list[Item]:
    return [{"pk": item["pk"]} for item in made]


def by_key(found: list[Item]) -> dict[str, Item]:
    """Items by partition key: a batch answers in no particular order."""
    assert len({item["pk"]["S"] for item in found}) == len(found)
    return {item["pk"]["S"]: item for item in found}


def test_a_hundred_items_at_once(ddb: Client, hash_table: str) -> None:
    made = put_many(ddb, hash_table, 100)
    answer = ddb.batch_get_item(RequestItems={hash_table: {"Keys": keys(made)}})
    assert by_key(answer["Responses"][hash_table]) == by_key(made)
    assert answer["UnprocessedKeys"] == {}


def test_missing_items_are_left_out(ddb: Client, hash_table: str) -> None:
    """What does not exist is neither told nor unprocessed."""
    made = put_many(ddb, hash_table, 2)
    wanted = [{"pk": s(unique())}, *keys(made), {"pk": s(unique())}]
    answer = ddb.batch_get_item(RequestItems={hash_table: {"Keys": wanted}})
    assert by_key(answer["Responses"][hash_table]) == by_key(made)
    assert answer["UnprocessedKeys"] == {}


def test_a_table_without_items_has_an_empty_list(ddb: Client, hash_table: str) -> None:
    answer = ddb.batch_get_item(RequestItems={hash_table: {"Keys": [{"pk": s(unique())}]}})
    assert answer["Responses"] == {hash_table: []}


def test_each_table_has_its_own_projection(ddb: Client, hash_table: str, range_table: str) -> None:
    (item,) = put_many(ddb, hash_table, 1, name=s("x"))
    key = {"pk": s(unique()), "sk": s("a")}
    ddb.put_item(TableName=range_table, Item={**key, "deep": {"L": [n(1), n(2), n(3)]}, "name": s("y")})
    answer = ddb.batch_get_item(
        RequestItems={
            hash_table: {
                "Keys": keys([item]),
                "ProjectionExpression": "#n",
                "ExpressionAttributeNames": {"#n": "number"},
            },
            range_table: {
                "Keys": [key],
                "ProjectionExpression": "#d[1], sk",
                "ExpressionAttributeNames": {"#d": "deep"},
                "ConsistentRead": True,
            },
        }
    )
    assert answer["Responses"] == {
        hash_table: [{"number": n(0)}],
        range_table: [{"sk": s("a"), "deep": {"L": [n(2)]}}],
    }


@pytest.mark.parametrize(("consistent", "per_4_kb"), [(False, 0.5), (True, 1.0)])
def test_capacity_by_table(ddb: Client, hash_table: str, range_table: str, consistent: bool, per_4_kb: float) -> None:
    """Each item is rounded up by itself, and a missing one costs as much as the smallest."""
    (small,) = put_many(ddb, hash_table, 1)
    (large,) = put_many(ddb, hash_table, 1, data=s("x" * 5000))
    answer = ddb.batch_get_item(
        RequestItems={
            hash_table: {"Keys": [*keys([small, large]), {"pk": s(unique())}], "ConsistentRead": consistent},
            range_table: {"Keys": [{"pk": s(unique()), "sk": s("a")}], "ConsistentRead": consistent},
        },
        ReturnConsumedCapacity="INDEXES",
    )
    assert {told["TableName"]: told for told in answer["ConsumedCapacity"]} == {
        table: {"TableName": table, "CapacityUnits": units, "Table": {"CapacityUnits": units}}
        for table, units in ((hash_table, 4 * per_4_kb), (range_table, 1 * per_4_kb))
    }


def test_what_exceeds_16_mb_is_left_for_the_next_request(ddb: Client, hash_table: str) -> None:
    """UnprocessedKeys are a request of their own, projection and all; resuming with them gets everything once."""
    made = put_many(ddb, hash_table, 50, data=s("x" * 399_000))
    request: dict[str, Any] = {
        hash_table: {
            "Keys": keys(made),
            "ConsistentRead": True,
            "ProjectionExpression": "pk, #n",
            "ExpressionAttributeNames": {"#n": "number"},
        }
    }
    first = ddb.batch_get_item(RequestItems=request)
    # 16 MB are 16,777,216 bytes, so that 42 items of about 399,000 bytes fit. Projections save nothing.
    assert len(first["Responses"][hash_table]) == 42
    left = first["UnprocessedKeys"][hash_table]
    assert {name: left[name] for name in left if name != "Keys"} == {
        name: request[hash_table][name] for name in request[hash_table] if name != "Keys"
    }
    second = ddb.batch_get_item(RequestItems=first["UnprocessedKeys"])
    assert second["UnprocessedKeys"] == {}
    found = first["Responses"][hash_table] + second["Responses"][hash_table]
    assert by_key(found) == by_key([{"pk": item["pk"], "number": item["number"]} for item in made])


def test_unprocessed_keys_cost_nothing(ddb: Client, hash_table: str) -> None:
    made = put_many(ddb, hash_table, 45, data=s("x" * 399_000))
    answer = ddb.batch_get_item(RequestItems={hash_table: {"Keys": keys(made)}}, ReturnConsumedCapacity="TOTAL")
    # 399,000 bytes and a little are 98 times 4 KB.
    assert answer["ConsumedCapacity"] == [{"TableName": hash_table, "CapacityUnits": 42 * 98 * 0.5}]


DUPLICATES = "Provided list of item keys contains duplicates"
MISMATCH = "The provided key element does not match the schema"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"Keys": [{"pk": s("a")}, {"pk": s("b")}, {"pk": s("a")}]}, DUPLICATES),
    ({"Keys": [{}]}, MISMATCH),
    ({"Keys": [{"pk": n(1)}]}, MISMATCH),
    ({"Keys": [{"sk": s("a")}]}, MISMATCH),
    ({"Keys": [{"pk": s("a"), "sk": s("a")}]}, MISMATCH),
    (
        {"Keys": [{"pk": s("")}]},
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
        "string value. Key: pk",
    ),
    (
        {"Keys": [{"pk": s("a")}], "ProjectionExpression": ""},
        "Invalid ProjectionExpression: The expression can not be empty;",
    ),
    (
        {"Keys": [{"pk": s("a")}], "ProjectionExpression": "#x"},
        "Invalid ProjectionExpression: An expression attribute name used in the document path is not defined; "
        "attribute name: #x",
    ),
    (
        {"Keys": [{"pk": s("a")}], "ProjectionExpression": "pk", "ExpressionAttributeNames": {"#x": "x"}},
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}",
    ),
    (
        {"Keys": [{"pk": s("a")}], "ProjectionExpression": "pk", "AttributesToGet": ["pk"]},
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
        "{AttributesToGet} Expression parameters: {ProjectionExpression}",
    ),
]


@pytest.mark.parametrize(("wanted", "expected"), WRONG)
def test_refused(ddb: Client, hash_table: str, wanted: dict[str, Any], expected: str) -> None:
    assert error_of(ddb.batch_get_item, RequestItems={hash_table: wanted}) == ("ValidationException", expected)


def test_equal_numbers_are_duplicate_keys(ddb: Client, number_table: str) -> None:
    """Keys are equal by value, not by spelling."""
    wanted = {"Keys": [{"pk": n("1")}, {"pk": n("1.0")}]}
    assert error_of(ddb.batch_get_item, RequestItems={number_table: wanted}) == (
        "ValidationException",
        DUPLICATES,
    )


def test_one_bad_table_spoils_the_batch(ddb: Client, hash_table: str) -> None:
    wanted = {hash_table: {"Keys": [{"pk": s("a")}]}, "nowhere-at-all": {"Keys": [{"pk": s("a")}]}}
    assert error_of(ddb.batch_get_item, RequestItems=wanted) == (
        "ResourceNotFoundException",
        "Requested resource not found",
    )


def test_at_least_one_key(ddb: Client, hash_table: str) -> None:
    assert error_of(ddb.batch_get_item, RequestItems={}) == (
        "ValidationException",
        "The requestItems parameter is required for BatchGetItem",
    )
    code, message = error_of(ddb.batch_get_item, RequestItems={hash_table: {"Keys": []}})
    assert code == "ValidationException"
    assert "Member must have length greater than or equal to 1" in message


def test_at_most_a_hundred_keys(ddb: Client, hash_table: str, range_table: str) -> None:
    """In one table, and in all tables together."""
    many = [{"pk": s(str(number))} for number in range(101)]
    assert error_of(ddb.batch_get_item, RequestItems={hash_table: {"Keys": many}}) == (
        "ValidationException",
        f"1 validation error detected: Value at 'RequestItems.{hash_table}.member.Keys' failed to satisfy constraint: "
        "Member must have length less than or equal to 100",
    )
    more = [{"pk": s(str(number)), "sk": s("a")} for number in range(2)]
    both = {hash_table: {"Keys": many[:99]}, range_table: {"Keys": more}}
    assert error_of(ddb.batch_get_item, RequestItems=both) == (
        "ValidationException",
        "Too many items requested for the BatchGetItem call",
    )
