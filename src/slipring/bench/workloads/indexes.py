"""Writing to and reading from a global secondary index."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from slipring.bench.layouts import GROUP, INDEX, INDEXED, group_of
from slipring.bench.workloads.workload import Scene, Step, Workload, single


def _gsi_write(scene: Scene) -> Iterator[Step]:
    for change in count(1):
        # Most changes take the item to another group, so its entry in the index moves.
        item = scene.layout.item(scene.draws.item(), change * GROUP)
        yield single("PutItem", {"TableName": scene.table, "Item": item})


def _gsi_query(scene: Scene) -> Iterator[Step]:
    while True:
        parameters = {
            "TableName": scene.table,
            "IndexName": INDEX,
            "KeyConditionExpression": "#group = :group",
            "ExpressionAttributeNames": {"#group": "group"},
            "ExpressionAttributeValues": {":group": {"S": group_of(scene.draws.item())}},
        }
        yield single("Query", parameters)


ALL = (
    Workload(
        name="gsi-write",
        summary="PutItem that moves an item within a global index",
        layout=INDEXED,
        steps=_gsi_write,
    ),
    Workload(
        name="gsi-query",
        summary=f"Query of {GROUP} items through a global index",
        layout=INDEXED,
        steps=_gsi_query,
        holds=lambda answer: answer.get("Count") == GROUP,
    ),
)
