"""YCSB's core workloads A to F.

Source: Cooper et al., "Benchmarking cloud serving systems with YCSB", 2010, and the workload files it names. A scan of
workload E is a Query over a stretch of a partition, DynamoDB's own way to read neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

from slipring.bench.draws import ZIPFIAN
from slipring.bench.layouts import YCSB, YCSB_FIELDS, YCSB_SCANNED, Layout, field
from slipring.bench.workloads.workload import Call, Scene, Step, Workload

READ = "read"
UPDATE = "update"
INSERT = "insert"
SCAN = "scan"
READ_MODIFY_WRITE = "read-modify-write"

SCAN_ITEMS_MAX = 100
_IN_FLIGHT = 256
"""How far workload D's reads stay behind its inserts, the latest of which may still be on their way."""


def _read_call(scene: Scene, number: int) -> Call:
    return Call("GetItem", {"TableName": scene.table, "Key": scene.layout.key(number)})


def _update_call(scene: Scene, number: int) -> Call:
    parameters = {
        "TableName": scene.table,
        "Key": scene.layout.key(number),
        "UpdateExpression": f"SET field{scene.draws.below(YCSB_FIELDS)} = :value",
        "ExpressionAttributeValues": {":value": {"S": field(scene.draws.below(1 << 20))}},
    }
    return Call("UpdateItem", parameters)


def _insert(scene: Scene, number: int) -> Step:
    return Step(INSERT, (Call("PutItem", {"TableName": scene.table, "Item": scene.layout.item(number, 0)}),))


def _scan(scene: Scene) -> Step:
    start = scene.layout.key(scene.draws.item())
    parameters = {
        "TableName": scene.table,
        "KeyConditionExpression": "pk = :pk AND sk >= :sk",
        "ExpressionAttributeValues": {":pk": start["pk"], ":sk": start["sk"]},
        "Limit": 1 + scene.draws.below(SCAN_ITEMS_MAX),
    }
    return Step(SCAN, (Call("Query", parameters),))


def _reads_and_updates(reads: float, scene: Scene) -> Iterator[Step]:
    while True:
        number = scene.draws.item()
        if scene.draws.chance(reads):
            yield Step(READ, (_read_call(scene, number),))
        else:
            yield Step(UPDATE, (_update_call(scene, number),))


def _latest(scene: Scene) -> Iterator[Step]:
    added = 0
    while True:
        if scene.draws.chance(0.05):
            yield _insert(scene, scene.new_number(added))
            added += 1
        else:
            place = added - 1 - _IN_FLIGHT - scene.draws.rank()
            # What was there before the run counts as added before its first insert.
            number = scene.new_number(place) if place >= 0 else (scene.items + place) % scene.items
            yield Step(READ, (_read_call(scene, number),))


def _short_scans(scene: Scene) -> Iterator[Step]:
    new = map(scene.new_number, count())
    while True:
        yield _insert(scene, next(new)) if scene.draws.chance(0.05) else _scan(scene)


def _read_modify_writes(scene: Scene) -> Iterator[Step]:
    while True:
        number = scene.draws.item()
        read = _read_call(scene, number)
        if scene.draws.chance(0.5):
            yield Step(READ, (read,))
        else:
            yield Step(READ_MODIFY_WRITE, (read, _update_call(scene, number)))


def _workload(letter: str, summary: str, steps: Callable[[Scene], Iterator[Step]], layout: Layout = YCSB) -> Workload:
    return Workload(name=f"ycsb-{letter}", summary=f"YCSB: {summary}", layout=layout, steps=steps, distribution=ZIPFIAN)


ALL = (
    _workload("a", "half reads, half updates", partial(_reads_and_updates, 0.5)),
    _workload("b", "19 reads for each update", partial(_reads_and_updates, 0.95)),
    _workload("c", "reads", partial(_reads_and_updates, 1.0)),
    _workload("d", "19 reads, mostly of new items, for each insert", _latest),
    _workload("e", "19 short scans for each insert", _short_scans, YCSB_SCANNED),
    _workload("f", "half reads, half reads that an update follows", _read_modify_writes),
)
