"""GetItem, Query and Scan."""

from __future__ import annotations

from collections.abc import Iterator

from slipring.bench.layouts import GROUP, GROUPED, KINDS, PLAIN
from slipring.bench.workloads.workload import Answer, Parameters, Scene, Step, Workload, single

_PAGE_ITEMS_MIN = 900
"""A page ends at 1 MB, which is about 1,000 items; servers differ in what they count."""


def _get(scene: Scene) -> Iterator[Step]:
    while True:
        yield single("GetItem", {"TableName": scene.table, "Key": scene.layout.key(scene.draws.item())})


def _group_query(scene: Scene) -> Parameters:
    return {
        "TableName": scene.table,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": scene.layout.key(scene.draws.item())["pk"]},
    }


def _query(scene: Scene) -> Iterator[Step]:
    while True:
        yield single("Query", _group_query(scene))


def _query_filter(scene: Scene) -> Iterator[Step]:
    while True:
        parameters = _group_query(scene)
        parameters["FilterExpression"] = "#kind = :kind AND version >= :version"
        parameters["ExpressionAttributeNames"] = {"#kind": "kind"}
        parameters["ExpressionAttributeValues"] |= {":kind": {"S": KINDS[0]}, ":version": {"N": "1"}}
        yield single("Query", parameters)


def _scan(scene: Scene) -> Iterator[Step]:
    # Always the first page: further ones would begin, and be cut off by the table's end, where each server's own
    # order of partitions has them.
    while True:
        yield single("Scan", {"TableName": scene.table})


def _is_page(answer: Answer) -> bool:
    return answer.get("Count", 0) >= _PAGE_ITEMS_MIN and "LastEvaluatedKey" in answer


POINT = (
    Workload(
        name="get",
        summary="GetItem of one of the items",
        layout=PLAIN,
        steps=_get,
        holds=lambda answer: "Item" in answer,
    ),
)
RANGES = (
    Workload(
        name="query",
        summary=f"Query of a partition's {GROUP} items",
        layout=GROUPED,
        steps=_query,
        holds=lambda answer: answer.get("Count") == GROUP,
    ),
    Workload(
        name="query-filter",
        summary=f"Query of {GROUP} items with a filter that half of them pass",
        layout=GROUPED,
        steps=_query_filter,
        holds=lambda answer: (answer.get("Count"), answer.get("ScannedCount")) == (GROUP // 2, GROUP),
    ),
    Workload(
        name="scan",
        summary="Scan of the first page, 1 MB",
        layout=PLAIN,
        steps=_scan,
        holds=_is_page,
    ),
)
