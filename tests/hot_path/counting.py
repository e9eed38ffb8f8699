"""Counts the work of one request: bytecode instructions and calls into C, which repeat exactly where time does not.

`python -m tests.hot_path.counting` prints the counts of this Python as they belong into counts.json."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import Callable
from functools import partial
from types import CodeType, FrameType
from typing import Any, TypeAlias

from slipring.admin.board import Board
from slipring.admin.reporter import Reporter
from slipring.assembly import build
from slipring.bench.endpoint import Endpoint
from slipring.bench.signing import Credential, Signer
from slipring.clock import Ids, ManualClock
from slipring.front import front
from slipring.settings import Settings
from tests.conftest import table_definition
from tests.edge.memory import MemoryTransport

Counts: TypeAlias = dict[str, int]
"""Instructions plus calls into C, by request."""

Requests: TypeAlias = dict[str, tuple[str, dict[str, Any]]]
"""Operation and parameters, by name."""

_ITEM = {"pk": {"S": "key"}, **{f"attribute{i}": {"S": "x" * 90} for i in range(9)}}
_SORTED = {**_ITEM, "sk": {"S": "0"}}

_CREDENTIAL = Credential()

REQUESTS: Requests = {
    "GetItem of 1 KB": ("GetItem", {"TableName": "hash", "Key": {"pk": {"S": "key"}}}),
    "PutItem of 1 KB": ("PutItem", {"TableName": "hash", "Item": _ITEM}),
    "UpdateItem of a counter": (
        "UpdateItem",
        {
            "TableName": "hash",
            "Key": {"pk": {"S": "key"}},
            "UpdateExpression": "SET #c = if_not_exists(#c, :zero) + :one",
            "ExpressionAttributeNames": {"#c": "count"},
            "ExpressionAttributeValues": {":zero": {"N": "0"}, ":one": {"N": "1"}},
        },
    ),
    "Query of 20 items": (
        "Query",
        {
            "TableName": "range",
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": "key"}},
            "Limit": 20,
        },
    ),
    "Query of 20 items, half of which pass a filter": (
        "Query",
        {
            "TableName": "range",
            "KeyConditionExpression": "pk = :pk",
            "FilterExpression": "odd = :odd",
            "ExpressionAttributeValues": {":pk": {"S": "key"}, ":odd": {"S": "yes"}},
            "Limit": 20,
        },
    ),
    "TransactWriteItems of 4 puts": (
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "range", "Item": {**_SORTED, "sk": {"S": s}}}} for s in "abcd"]},
    ),
}

VERIFIED = ("GetItem of 1 KB",)
"""Those that are counted with their signature verified, too."""

_WARM_UPS = 3
"""Caches are filled by the first requests; the guard is for those that follow."""


async def count_all() -> Counts:
    """The counts of every request of `REQUESTS`, over the memory store: what is above the store."""
    counts = await _count(REQUESTS, verified=False)
    verified = await _count({name: REQUESTS[name] for name in VERIFIED}, verified=True)
    return counts | {f"{name}, verified": count for name, count in verified.items()}


async def _count(requests: Requests, *, verified: bool) -> Counts:
    settings = Settings(
        store="memory:",
        auth="enforce" if verified else "off",
        access_key_id=_CREDENTIAL.access_key,
        secret_access_key=_CREDENTIAL.secret_key,
    )
    clock, ids = ManualClock(), Ids(seed=1)
    signer = Signer(Endpoint("127.0.0.1", 8000, tls=False), _CREDENTIAL, clock.now())
    assembly = await build(settings, clock, ids)
    transport = MemoryTransport()
    connection = front(settings, assembly, clock, ids, Reporter(Board(), 0)).connection()
    connection.connection_made(transport)

    def send(operation: str, request: dict[str, Any]) -> None:
        before = len(transport.written)
        connection.data_received(signer.request(operation, json.dumps(request).encode()))
        assert transport.written[before:].startswith(b"HTTP/1.1 200 "), bytes(transport.written[before:])

    send("CreateTable", table_definition("hash", ("pk", "S")))
    send("CreateTable", table_definition("range", ("pk", "S"), ("sk", "S")))
    for i in range(20):
        send(
            "PutItem",
            {"TableName": "range", "Item": {**_SORTED, "sk": {"S": f"{i:02}"}, "odd": {"S": "yes" if i % 2 else "no"}}},
        )
    counts: Counts = {}
    for name, (operation, request) in requests.items():
        for _ in range(_WARM_UPS):
            send(operation, request)
        data = signer.request(operation, json.dumps(request).encode())
        counts[name] = counted(partial(connection.data_received, data))
    await assembly.close()
    return counts


def counted(call: Callable[[], object]) -> int:
    """Instructions that the interpreter runs, and calls that it makes into C, while `call` lasts."""
    count = _counted_by_monitoring if sys.version_info >= (3, 12) else _counted_by_tracing
    # A collection that comes by chance in between runs what others have it call, and would be counted.
    was_on = gc.isenabled()
    gc.disable()
    try:
        return count(call)
    finally:
        if was_on:
            gc.enable()


def _counted_by_monitoring(call: Callable[[], object]) -> int:
    count = 0

    def on_instruction(_code: CodeType, _offset: int) -> None:
        nonlocal count
        count += 1

    def on_call(_code: CodeType, _offset: int, called: object, _argument: object) -> None:
        nonlocal count
        count += not hasattr(called, "__code__")

    monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
    tool, events = monitoring.PROFILER_ID, monitoring.events
    monitoring.use_tool_id(tool, "slipring")
    monitoring.register_callback(tool, events.INSTRUCTION, on_instruction)
    monitoring.register_callback(tool, events.CALL, on_call)
    monitoring.set_events(tool, events.INSTRUCTION | events.CALL)
    try:
        call()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
    return count


def _counted_by_tracing(call: Callable[[], object]) -> int:
    count = 0

    def on_trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        count += event == "opcode"
        return on_trace

    def on_profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "c_call"

    traced, profiled = sys.gettrace(), sys.getprofile()
    sys.setprofile(on_profile)
    sys.settrace(on_trace)
    try:
        call()
    finally:
        sys.settrace(traced)
        sys.setprofile(profiled)
    return count


if __name__ == "__main__":
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    print(json.dumps({version: asyncio.run(count_all())}, indent=2))
