"""TransactGetItems: several items as they are at one moment.

API Reference, "TransactGetItems": up to 100 items and 4 MB, answered in the order asked for.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.transactions.actions import Action, Item, get, put
from tests.conftest import Client, error_of, n, s, unique


def test_items_come_in_order_and_missing_ones_leave_a_gap(ddb: Client, hash_table: str, range_table: str) -> None:
    first = {"pk": s(unique()), "x": n(1)}
    second = {"pk": s(unique()), "sk": s("a"), "x": n(2)}
    ddb.transact_write_items(TransactItems=[put(hash_table, first), put(range_table, second)])
    answer = ddb.transact_get_items(
        TransactItems=[
            get(range_table, {"pk": second["pk"], "sk": second["sk"]}),
            get(hash_table, {"pk": s(unique())}),
            get(hash_table, {"pk": first["pk"]}),
        ]
    )
    assert answer["Responses"] == [{"Item": second}, {}, {"Item": first}]


def test_each_item_has_its_own_projection(ddb: Client, hash_table: str) -> None:
    items: list[Item] = [{"pk": s(unique()), "x": n(number), "list": {"L": [n(1), n(2)]}} for number in range(3)]
    ddb.transact_write_items(TransactItems=[put(hash_table, item) for item in items])
    keys = [{"pk": item["pk"]} for item in items]
    names = {"ExpressionAttributeNames": {"#l": "list"}}
    answer = ddb.transact_get_items(
        TransactItems=[
            get(hash_table, keys[0], ProjectionExpression="x"),
            get(hash_table, keys[1], ProjectionExpression="#l[1]", **names),
            get(hash_table, keys[2], ProjectionExpression="absent"),
        ]
    )
    assert answer["Responses"] == [{"Item": {"x": n(0)}}, {"Item": {"list": {"L": [n(2)]}}}, {"Item": {}}]


def test_a_hundred_items_and_not_one_more(ddb: Client, hash_table: str) -> None:
    items = [{"pk": s(unique())} for _ in range(100)]
    ddb.transact_write_items(TransactItems=[put(hash_table, item) for item in items])
    gets = [get(hash_table, item) for item in items]
    answer = ddb.transact_get_items(TransactItems=gets)
    assert answer["Responses"] == [{"Item": item} for item in items]
    code, message = error_of(ddb.transact_get_items, TransactItems=[*gets, get(hash_table, {"pk": s("a")})])
    assert code == "ValidationException"
    assert message.endswith(
        "]' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100"
    )


def test_four_megabytes_and_not_more(ddb: Client, hash_table: str) -> None:
    """Which of the two errors it is, the documentation leaves open."""
    items = [{"pk": s(unique()), "data": s("x" * 409_500)} for _ in range(11)]
    for item in items:
        ddb.put_item(TableName=hash_table, Item=item)
    gets = [get(hash_table, {"pk": item["pk"]}) for item in items]
    assert len(ddb.transact_get_items(TransactItems=gets[:10])["Responses"]) == 10
    code, _ = error_of(ddb.transact_get_items, TransactItems=gets)
    assert code in ("ValidationException", "TransactionCanceledException")
    selects = [{"Statement": f"SELECT * FROM \"{hash_table}\" WHERE pk = '{item['pk']['S']}'"} for item in items]
    assert len(ddb.execute_transaction(TransactStatements=selects[:10])["Responses"]) == 10
    code, _ = error_of(ddb.execute_transaction, TransactStatements=selects)
    assert code in ("ValidationException", "TransactionCanceledException")


A = {"pk": s("a")}
WRONG: dict[str, tuple[list[Action], tuple[str, str]]] = {
    "the same item twice": (
        [get("T", A), get("T", A, ProjectionExpression="x")],
        ("ValidationException", "Transaction request cannot include multiple operations on one item"),
    ),
    "a missing table": (
        [get("T", A), get("nowhere-at-all", A)],
        ("ResourceNotFoundException", "Requested resource not found"),
    ),
    "a wrong projection": (
        [get("T", A, ProjectionExpression="!!!")],
        ("ValidationException", 'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"'),
    ),
    "a name that is not used": (
        [get("T", A, ProjectionExpression="x", ExpressionAttributeNames={"#y": "y"})],
        ("ValidationException", "Value provided in ExpressionAttributeNames unused in expressions: keys: {#y}"),
    ),
    "nothing": (
        [],
        (
            "ValidationException",
            "1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: Member must have "
            "length greater than or equal to 1",
        ),
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_refused(ddb: Client, hash_table: str, case: str) -> None:
    gets, expected = WRONG[case]
    named: list[dict[str, Any]] = [
        {"Get": {**get["Get"], "TableName": hash_table if get["Get"]["TableName"] == "T" else "nowhere-at-all"}}
        for get in gets
    ]
    assert error_of(ddb.transact_get_items, TransactItems=named) == expected
