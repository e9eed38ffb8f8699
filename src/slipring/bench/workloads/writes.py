"""PutItem, UpdateItem and DeleteItem."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from slipring.bench.layouts import FIRST_VERSION, PLAIN, text
from slipring.bench.workloads.workload import Scene, Step, Workload, single


def _put_new(scene: Scene) -> Iterator[Step]:
    for place in count():
        item = scene.layout.item(scene.new_number(place), 0)
        yield single("PutItem", {"TableName": scene.table, "Item": item})


def _put_overwrite(scene: Scene) -> Iterator[Step]:
    for change in count(1):
        item = scene.layout.item(scene.draws.item(), change)
        yield single("PutItem", {"TableName": scene.table, "Item": item})


def _conditional_put(scene: Scene) -> Iterator[Step]:
    for step in _put_overwrite(scene):
        parameters = step.calls[0].parameters
        parameters["ConditionExpression"] = "attribute_exists(pk) AND version = :version"
        parameters["ExpressionAttributeValues"] = {":version": {"N": FIRST_VERSION}}
        yield step


def _update_counter(scene: Scene) -> Iterator[Step]:
    while True:
        parameters = {
            "TableName": scene.table,
            "Key": scene.layout.key(scene.draws.item()),
            "UpdateExpression": "SET hits = hits + :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        yield single("UpdateItem", parameters)


def _update_set(scene: Scene) -> Iterator[Step]:
    for change in count(1):
        parameters = {
            "TableName": scene.table,
            "Key": scene.layout.key(scene.draws.item()),
            "UpdateExpression": "SET text1 = :text, #kind = :kind",
            "ExpressionAttributeNames": {"#kind": "kind"},
            "ExpressionAttributeValues": {":text": {"S": text(change, 100)}, ":kind": {"S": "changed"}},
        }
        yield single("UpdateItem", parameters)


def _delete(scene: Scene) -> Iterator[Step]:
    for number in range(scene.process, scene.items, scene.processes):
        yield single("DeleteItem", {"TableName": scene.table, "Key": scene.layout.key(number)})


ALL = (
    Workload(name="put-new", summary="PutItem of a new item", layout=PLAIN, steps=_put_new, ends=True),
    Workload(name="put-overwrite", summary="PutItem over one of the items", layout=PLAIN, steps=_put_overwrite),
    Workload(
        name="conditional-put",
        summary="PutItem over an item of a known version",
        layout=PLAIN,
        steps=_conditional_put,
    ),
    Workload(
        name="update-counter", summary="UpdateItem that adds one to a number", layout=PLAIN, steps=_update_counter
    ),
    Workload(name="update-set", summary="UpdateItem of two of ten attributes", layout=PLAIN, steps=_update_set),
    Workload(
        name="delete",
        summary="DeleteItem of an item that is there",
        layout=PLAIN,
        steps=_delete,
        ends=True,
        spends_items=True,
    ),
)
