"""Counts the work of one request: bytecode instructions and calls into C, which repeat exactly where time does not.

`python -m tests.hot_path.counting` prints the counts of this Python as they belong into counts.json."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from functools import partial
from types import CodeType, FrameType
from typing import Any, TypeAlias

from slipring.admin.meters import Meters
from slipring.clock import Ids, ManualClock
from slipring.edge.auth import TrustingAuthenticator
from slipring.edge.limits import Limits
from slipring.edge.listener import Listener
from slipring.engine.engine import Engine
from slipring.model.service import operations, targets
from slipring.operations.registry import HANDLERS
from slipring.operations.service import Service
from slipring.storage.backends import open_store
from tests.conftest import table_definition
from tests.edge.memory import MemoryTransport

Counts: TypeAlias = dict[str, int]
"""Instructions plus calls into C, by request."""

_ITEM = {"pk": {"S": "key"}, **{f"attribute{i}": {"S": "x" * 90} for i in range(9)}}
_SORTED = {**_ITEM, "sk": {"S": "0"}}

REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
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
    "TransactWriteItems of 4 puts": (
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "range", "Item": {**_SORTED, "sk": {"S": s}}}} for s in "abcd"]},
    ),
}

_WARM_UPS = 3
"""Caches are filled by the first requests; the guard is for those that follow."""


def http(operation: str, request: dict[str, Any]) -> bytes:
    """The request as an SDK sends it."""
    body = json.dumps(request).encode()
    credential = "AKIDEXAMPLE/20260101/us-east-1/dynamodb/aws4_request"
    head = (
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"X-Amz-Target: DynamoDB_20120810.{operation}\r\nX-Amz-Date: 20260101T000000Z\r\n"
        f"Authorization: AWS4-HMAC-SHA256 Credential={credential}, "
        f"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={'0' * 64}\r\n"
        f"User-Agent: Boto3/1.44\r\nAccept-Encoding: identity\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def count_all() -> Counts:
    """The counts of every request of `REQUESTS`, over the memory store: what is above the store."""
    store, clock, ids = open_store("memory:"), ManualClock(), Ids(seed=1)

    async def ready() -> None:
        return None

    listener = Listener(
        api=Service(Engine(store, clock, ids), HANDLERS),
        targets=targets(),
        authenticate=TrustingAuthenticator().identify,
        ready=ready,
        administer=lambda *_: None,
        metrics=lambda: b"",
        meters=Meters(operations()),
        clock=clock,
        ids=ids,
        limits=Limits(),
        region="us-east-1",
    )
    transport = MemoryTransport()
    connection = listener.connection()
    connection.connection_made(transport)

    def send(operation: str, request: dict[str, Any]) -> None:
        before = len(transport.written)
        connection.data_received(http(operation, request))
        assert transport.written[before:].startswith(b"HTTP/1.1 200 "), bytes(transport.written[before:])

    send("CreateTable", table_definition("hash", ("pk", "S")))
    send("CreateTable", table_definition("range", ("pk", "S"), ("sk", "S")))
    for i in range(20):
        send("PutItem", {"TableName": "range", "Item": {**_SORTED, "sk": {"S": f"{i:02}"}}})
    counts: Counts = {}
    for name, (operation, request) in REQUESTS.items():
        for _ in range(_WARM_UPS):
            send(operation, request)
        data = http(operation, request)
        counts[name] = counted(partial(connection.data_received, data))
    await store.close()
    return counts


def counted(call: Callable[[], object]) -> int:
    """Instructions that the interpreter runs, and calls that it makes into C, while `call` lasts."""
    return _counted_by_monitoring(call) if sys.version_info >= (3, 12) else _counted_by_tracing(call)


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
