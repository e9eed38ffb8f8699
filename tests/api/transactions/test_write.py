"""TransactWriteItems: the four actions, done together or not at all.

API Reference, "TransactWriteItems"; messages as the service words them.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.transactions.actions import Action, Item, check, delete, put, reasons_of, stored, update
from tests.conftest import Client, error_of, n, s, unique


def test_all_four_actions_in_several_tables(ddb: Client, hash_table: str, range_table: str) -> None:
    checked, updated, removed = ({"pk": s(unique())} for _ in range(3))
    new: Item = {"pk": s(unique()), "sk": s("a"), "data": {"BOOL": True}}
    for key in (checked, updated, removed):
        ddb.put_item(TableName=hash_table, Item={**key, "count": n(1)})
    answer = ddb.transact_write_items(
        TransactItems=[
            check(hash_table, checked, "attribute_exists(pk)"),
            put(range_table, new, ConditionExpression="attribute_not_exists(pk)"),
            update(
                hash_table,
                updated,
                "ADD #c :two",
                ConditionExpression="#c < :two",
                ExpressionAttributeNames={"#c": "count"},
                ExpressionAttributeValues={":two": n(2)},
            ),
            delete(
                hash_table,
                removed,
                ConditionExpression="#c = :one",
                ExpressionAttributeNames={"#c": "count"},
                ExpressionAttributeValues={":one": n(1)},
            ),
        ]
    )
    del answer["ResponseMetadata"]
    assert answer == {}
    assert stored(ddb, hash_table, checked) == {**checked, "count": n(1)}
    assert stored(ddb, range_table, {"pk": new["pk"], "sk": new["sk"]}) == new
    assert stored(ddb, hash_table, updated) == {**updated, "count": n(3)}
    assert stored(ddb, hash_table, removed) is None


def test_an_update_creates_what_is_missing(ddb: Client, hash_table: str) -> None:
    key = {"pk": s(unique())}
    values = {":v": n(5)}
    ddb.transact_write_items(TransactItems=[update(hash_table, key, "SET x = :v", ExpressionAttributeValues=values)])
    assert stored(ddb, hash_table, key) == {**key, "x": n(5)}


def test_a_check_may_be_of_what_is_missing(ddb: Client, hash_table: str) -> None:
    absent, new = {"pk": s(unique())}, {"pk": s(unique())}
    ddb.transact_write_items(
        TransactItems=[check(hash_table, absent, "attribute_not_exists(pk)"), put(hash_table, new)]
    )
    assert stored(ddb, hash_table, absent) is None
    assert stored(ddb, hash_table, new) == new


def test_indexes_follow(ddb: Client, indexed_table: str) -> None:
    """A transaction moves entries of indexes as any write does."""
    before, after = unique(), unique()
    keys = [{"pk": s(unique())} for _ in range(3)]
    for key in keys:
        ddb.put_item(TableName=indexed_table, Item={**key, "group": s(before)})
    ddb.transact_write_items(
        TransactItems=[
            put(indexed_table, {**keys[0], "group": s(after)}),
            update(
                indexed_table,
                keys[1],
                "SET #g = :g",
                ExpressionAttributeNames={"#g": "group"},
                ExpressionAttributeValues={":g": s(after)},
            ),
            delete(indexed_table, keys[2]),
        ]
    )

    def entries(group: str) -> list[str]:
        found = ddb.query(
            TableName=indexed_table,
            IndexName="by-group",
            KeyConditionExpression="#g = :g",
            ExpressionAttributeNames={"#g": "group"},
            ExpressionAttributeValues={":g": s(group)},
        )
        return [item["pk"]["S"] for item in found["Items"]]

    assert entries(before) == []
    assert sorted(entries(after)) == sorted(key["pk"]["S"] for key in keys[:2])


def test_a_hundred_actions_and_not_one_more(ddb: Client, hash_table: str) -> None:
    new = [{"pk": s(unique())} for _ in range(101)]
    ddb.transact_write_items(TransactItems=[put(hash_table, item) for item in new[:100]])
    assert all(stored(ddb, hash_table, item) == item for item in new[:100])
    code, message = error_of(ddb.transact_write_items, TransactItems=[put(hash_table, item) for item in new])
    assert code == "ValidationException"
    assert message.startswith("1 validation error detected: Value '[")
    assert message.endswith(
        "]' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100"
    )


def test_four_megabytes_and_not_more(ddb: Client, hash_table: str) -> None:
    """10 items of 400 KB fit into 4 MB, 11 do not."""
    new = [{"pk": s(unique()), "data": s("x" * 409_500)} for _ in range(11)]
    ddb.transact_write_items(TransactItems=[put(hash_table, item) for item in new[:10]])
    assert stored(ddb, hash_table, {"pk": new[9]["pk"]}) == new[9]
    others = [{**item, "pk": s(unique())} for item in new]
    code, _ = error_of(ddb.transact_write_items, TransactItems=[put(hash_table, item) for item in others])
    assert code == "ValidationException"
    assert stored(ddb, hash_table, {"pk": others[0]["pk"]}) is None


A = {"pk": s("a")}
ONE_ITEM = "Transaction request cannot include multiple operations on one item"
PAIRS: dict[str, tuple[Action, Action]] = {
    "two puts": (put("T", A), put("T", {**A, "x": n(1)})),
    "put and delete": (put("T", A), delete("T", A)),
    "update and check": (update("T", A, "REMOVE x"), check("T", A, "attribute_exists(pk)")),
    "two checks": (check("T", A, "attribute_exists(pk)"), check("T", A, "attribute_exists(x)")),
}


@pytest.mark.parametrize("case", PAIRS)
def test_an_item_is_acted_upon_once(ddb: Client, hash_table: str, case: str) -> None:
    """The order of actions has no meaning, so two on one item would have none."""
    actions = [{kind: {**details, "TableName": hash_table}} for pair in PAIRS[case] for kind, details in pair.items()]
    assert error_of(ddb.transact_write_items, TransactItems=actions) == ("ValidationException", ONE_ITEM)


def test_the_same_key_in_two_tables_is_two_items(ddb: Client, hash_table: str, indexed_table: str) -> None:
    item = {"pk": s(unique())}
    ddb.transact_write_items(TransactItems=[put(hash_table, item), put(indexed_table, item)])
    assert stored(ddb, hash_table, item) == stored(ddb, indexed_table, item) == item


WRONG: dict[str, tuple[list[dict[str, Any]], str]] = {
    "nothing": (
        [],
        "1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: Member must have "
        "length greater than or equal to 1",
    ),
    "no action": ([{}], "TransactItems can only contain one of Check, Put, Update or Delete"),
    "two actions": (
        [{**put("T", A), **delete("T", A)}],
        "TransactItems can only contain one of Check, Put, Update or Delete",
    ),
    "syntax": (
        [put("T", A, ConditionExpression="pk =")],
        'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "="',
    ),
    "value not defined": (
        [put("T", A, ConditionExpression="pk = :x")],
        "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute "
        "value: :x",
    ),
    "value not used": (
        [put("T", A, ConditionExpression="attribute_exists(pk)", ExpressionAttributeValues={":x": n(1)})],
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}",
    ),
    "set in a wrong place": (
        [update("T", A, "SET x = :x, x = :x", ExpressionAttributeValues={":x": n(1)})],
        "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these "
        "paths; path one: [x], path two: [x]",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_refused_as_a_whole(ddb: Client, hash_table: str, case: str) -> None:
    """What is wrong whatever the tables hold is an error of the request, without reasons."""
    actions, expected = WRONG[case]
    named = [{kind: {**details, "TableName": hash_table} for kind, details in action.items()} for action in actions]
    assert error_of(ddb.transact_write_items, TransactItems=named) == ("ValidationException", expected)


def test_a_missing_table(ddb: Client, hash_table: str) -> None:
    item = {"pk": s(unique())}
    assert error_of(ddb.transact_write_items, TransactItems=[put(hash_table, item), put("nowhere-at-all", item)]) == (
        "ResourceNotFoundException",
        "Requested resource not found",
    )
    assert stored(ddb, hash_table, item) is None


def test_a_check_needs_its_condition(ddb: Client, hash_table: str) -> None:
    action = {"ConditionCheck": {"TableName": hash_table, "Key": A}}
    code, message = error_of(ddb.transact_write_items, TransactItems=[action])
    assert code == "ValidationException"
    assert "conditionExpression' failed to satisfy constraint: Member must not be null" in message


def test_a_failed_transaction_leaves_no_trace(ddb: Client, indexed_table: str) -> None:
    """One failed condition among many actions: items, indexes and counts are as before."""
    group = unique()
    existing = {"pk": s(unique()), "group": s(group), "x": n(1)}
    ddb.put_item(TableName=indexed_table, Item=existing)
    key = {"pk": existing["pk"]}
    new = [{"pk": s(unique()), "group": s(group)} for _ in range(5)]
    reasons = reasons_of(
        ddb,
        [
            *[put(indexed_table, item) for item in new],
            update(indexed_table, key, "SET x = :v", ExpressionAttributeValues={":v": n(2)}),
            check(indexed_table, {"pk": s(unique())}, "attribute_exists(pk)"),
        ],
    )
    assert [reason["Code"] for reason in reasons] == ["None"] * 6 + ["ConditionalCheckFailed"]
    assert all(stored(ddb, indexed_table, {"pk": item["pk"]}) is None for item in new)
    assert stored(ddb, indexed_table, key) == existing
    found = ddb.scan(
        TableName=indexed_table,
        IndexName="by-group",
        FilterExpression="#g = :g",
        ExpressionAttributeNames={"#g": "group"},
        ExpressionAttributeValues={":g": s(group)},
    )
    assert found["Items"] == [{"pk": existing["pk"], "group": s(group)}]
