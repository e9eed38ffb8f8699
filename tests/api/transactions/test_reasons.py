"""CancellationReasons: why a transaction was cancelled, action by action.

API Reference, "TransactionCanceledException": the reasons come in the order of the actions, with None for those that
were fine, and with the item where ReturnValuesOnConditionCheckFailure asks for it. Errors of validation that only the
table or the item reveals are reasons, too.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.transactions.actions import (
    CONDITION_FAILED,
    NONE,
    Action,
    check,
    delete,
    get,
    put,
    reasons_of,
    stored,
    update,
)
from tests.conftest import Client, n, s, unique

ALL_OLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


@pytest.fixture(scope="module")
def there(ddb: Client, hash_table: str) -> dict[str, Any]:
    """An item that no test changes, since every transaction here is cancelled."""
    item = {"pk": s(unique()), "x": n(1), "text": s("t"), "list": {"L": [n(1)]}, "tags": {"SS": ["a"]}}
    ddb.put_item(TableName=hash_table, Item=item)
    return item


def test_reasons_come_in_the_order_of_the_actions(ddb: Client, hash_table: str, there: dict[str, Any]) -> None:
    key = {"pk": there["pk"]}
    failing = [
        put(hash_table, key, ConditionExpression="attribute_not_exists(pk)"),
        update(hash_table, key, "REMOVE x", ConditionExpression="attribute_not_exists(pk)"),
        delete(hash_table, key, ConditionExpression="attribute_not_exists(pk)"),
        check(hash_table, key, "attribute_not_exists(pk)"),
    ]
    for action in failing:
        for place in range(4):
            actions: list[Action] = [put(hash_table, {"pk": s(unique())}) for _ in range(3)]
            actions.insert(place, action)
            expected = [NONE] * 3
            expected.insert(place, CONDITION_FAILED)
            assert reasons_of(ddb, actions) == expected
    assert stored(ddb, hash_table, key) == there


def test_items_come_where_they_are_asked_for(ddb: Client, hash_table: str, there: dict[str, Any]) -> None:
    """Only of actions that failed, only where the action asks, and only if there is an item."""
    others = [{"pk": s(unique()), "x": n(number)} for number in range(3)]
    for item in others:
        ddb.put_item(TableName=hash_table, Item=item)
    keys = [{"pk": item["pk"]} for item in others]
    reasons = reasons_of(
        ddb,
        [
            put(hash_table, {"pk": there["pk"]}, ConditionExpression="attribute_not_exists(pk)", **ALL_OLD),
            update(hash_table, keys[0], "REMOVE x", ConditionExpression="attribute_not_exists(x)", **ALL_OLD),
            delete(hash_table, keys[1], ConditionExpression="attribute_not_exists(x)"),
            delete(hash_table, keys[2], ConditionExpression="attribute_exists(x)", **ALL_OLD),
            check(hash_table, {"pk": s(unique())}, "attribute_exists(pk)", **ALL_OLD),
        ],
    )
    assert reasons == [
        {**CONDITION_FAILED, "Item": there},
        {**CONDITION_FAILED, "Item": others[0]},
        CONDITION_FAILED,
        NONE,
        CONDITION_FAILED,
    ]


INVALID = "One or more parameter values were invalid: "
MISMATCH = "The provided key element does not match the schema"
OPERAND_TYPE = "An operand in the update expression has an incorrect data type"
ABSENT = "The provided expression refers to an attribute that does not exist in the item"
PATH = "The document path provided in the update expression is invalid for update"


def of_item(expression: str, value: dict[str, Any] | None = None, **names: str) -> dict[str, Any]:
    """An update of the item that is there."""
    more: dict[str, Any] = {"UpdateExpression": expression}
    if value is not None:
        more["ExpressionAttributeValues"] = {":v": value}
    if names:
        more["ExpressionAttributeNames"] = {f"#{name}": attribute for name, attribute in names.items()}
    return {"Update": more}


INVALID_ACTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "put without key": ({"Put": {"Item": {"x": n(1)}}}, f"{INVALID}Missing the key pk in the item"),
    "put with a key of a wrong type": (
        {"Put": {"Item": {"pk": n(1)}}},
        f"{INVALID}Type mismatch for key pk expected: S actual: N",
    ),
    "delete with a wrong key": ({"Delete": {"Key": {"sk": s("a")}}}, MISMATCH),
    "update with a key of a wrong type": ({"Update": {"Key": {"pk": n(1)}, "UpdateExpression": "REMOVE x"}}, MISMATCH),
    "check with one attribute too many": (
        {"ConditionCheck": {"Key": {"pk": s("a"), "sk": s("a")}, "ConditionExpression": "attribute_exists(pk)"}},
        MISMATCH,
    ),
    "update of the key": (
        of_item("SET pk = :v", s("other")),
        f"{INVALID}Cannot update attribute pk. This attribute is part of the key",
    ),
    "adding to text": (of_item("ADD #t :v", n(1), t="text"), OPERAND_TYPE),
    "text plus number": (of_item("SET #t = #t + :v", n(1), t="text"), OPERAND_TYPE),
    "operand that is absent": (of_item("SET x = absent + :v", n(1)), ABSENT),
    "path through an absent map": (of_item("SET absent.y = :v", n(1)), PATH),
    "path through a number": (of_item("SET x.y = :v", n(1)), PATH),
    "item grown too large": (
        of_item("SET #t = :v", s("x" * 409_600), t="text"),
        "Item size to update has exceeded the maximum allowed size",
    ),
}


@pytest.mark.parametrize("case", INVALID_ACTIONS)
def test_what_only_table_or_item_reveal_is_a_reason(
    ddb: Client, hash_table: str, there: dict[str, Any], case: str
) -> None:
    action, message = INVALID_ACTIONS[case]
    ((kind, details),) = action.items()
    if kind == "Update":
        details = {"Key": {"pk": there["pk"]}, **details}
    bystander = {"pk": s(unique())}
    reasons = reasons_of(ddb, [put(hash_table, bystander), {kind: {**details, "TableName": hash_table}}])
    assert reasons == [NONE, {"Code": "ValidationError", "Message": message}]
    assert stored(ddb, hash_table, bystander) is None


def test_reasons_of_different_kinds_stand_side_by_side(ddb: Client, hash_table: str, there: dict[str, Any]) -> None:
    other = {"pk": s(unique()), "text": s("t")}
    ddb.put_item(TableName=hash_table, Item=other)
    reasons = reasons_of(
        ddb,
        [
            check(hash_table, {"pk": there["pk"]}, "attribute_exists(absent)", **ALL_OLD),
            put(hash_table, {"pk": s(unique())}),
            {
                "Update": {
                    "TableName": hash_table,
                    "Key": {"pk": other["pk"]},
                    **of_item("ADD #t :v", n(1), t="text")["Update"],
                }
            },
        ],
    )
    assert [reason["Code"] for reason in reasons] == ["ConditionalCheckFailed", "None", "ValidationError"]
    assert reasons[0]["Item"] == there


def test_an_index_key_of_a_wrong_type_is_a_reason(ddb: Client, indexed_table: str) -> None:
    bystander = {"pk": s(unique())}
    reasons = reasons_of(ddb, [put(indexed_table, bystander), put(indexed_table, {"pk": s(unique()), "group": n(1)})])
    assert reasons[0] == NONE
    assert reasons[1]["Code"] == "ValidationError"
    assert reasons[1]["Message"].startswith(f"{INVALID}Type mismatch for Index Key group Expected: S Actual: N")
    assert stored(ddb, indexed_table, bystander) is None


def test_a_read_has_reasons_too(ddb: Client, hash_table: str, there: dict[str, Any]) -> None:
    reasons = reasons_of(
        ddb, [get(hash_table, {"pk": there["pk"]}), get(hash_table, {}), get(hash_table, {"pk": n(1)})]
    )
    assert reasons == [NONE, *[{"Code": "ValidationError", "Message": MISMATCH}] * 2]
