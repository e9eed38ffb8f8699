"""BatchGetItem, BatchWriteItem and TransactWriteItems."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from slipring.bench.layouts import PLAIN
from slipring.bench.workloads.workload import Answer, Scene, Step, Workload, single

GET_KEYS = 100
WRITE_ITEMS = 25
"""Both are the most that the service takes in one request."""
TRANSACTION_ACTIONS = 4


def _different(scene: Scene, wanted: int) -> list[int]:
    """So many items, none of them twice: a request that names one twice is refused."""
    numbers: dict[int, None] = {}
    while len(numbers) < wanted:
        numbers[scene.draws.item()] = None
    return list(numbers)


def _batch_get(scene: Scene) -> Iterator[Step]:
    while True:
        keys = [scene.layout.key(number) for number in _different(scene, GET_KEYS)]
        yield single("BatchGetItem", {"RequestItems": {scene.table: {"Keys": keys}}})


def _has_all(answer: Answer) -> bool:
    [items] = answer["Responses"].values()
    return len(items) == GET_KEYS


def _batch_write(scene: Scene) -> Iterator[Step]:
    for change in count(1):
        items = [scene.layout.item(number, change) for number in _different(scene, WRITE_ITEMS)]
        yield single("BatchWriteItem", put_requests(scene.table, items))


def put_requests(table: str, items: list[dict[str, dict[str, object]]]) -> dict[str, object]:
    """BatchWriteItem's parameters that put these items."""
    return {"RequestItems": {table: [{"PutRequest": {"Item": item}} for item in items]}}


def _transact_write(scene: Scene) -> Iterator[Step]:
    layout, table = scene.layout, scene.table
    for change in count(1):
        first, second, updated, checked = _different(scene, TRANSACTION_ACTIONS)
        update = {
            "TableName": table,
            "Key": layout.key(updated),
            "UpdateExpression": "SET hits = hits + :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        check = {"TableName": table, "Key": layout.key(checked), "ConditionExpression": "attribute_exists(pk)"}
        puts = [{"Put": {"TableName": table, "Item": layout.item(number, change)}} for number in (first, second)]
        yield single("TransactWriteItems", {"TransactItems": [*puts, {"Update": update}, {"ConditionCheck": check}]})


ALL = (
    Workload(
        name="batch-get",
        summary=f"BatchGetItem of {GET_KEYS} items",
        layout=PLAIN,
        steps=_batch_get,
        holds=_has_all,
    ),
    Workload(
        name="batch-write",
        summary=f"BatchWriteItem over {WRITE_ITEMS} items",
        layout=PLAIN,
        steps=_batch_write,
        holds=lambda answer: not answer.get("UnprocessedItems"),
    ),
    Workload(
        name="transact-write",
        summary="TransactWriteItems: two puts, an update and a check",
        layout=PLAIN,
        steps=_transact_write,
    ),
)
