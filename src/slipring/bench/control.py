"""Single calls, one after the other: making tables, loading them, looking at answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import SimpleQueue
from typing import Any, cast

import orjson

from slipring.bench.endpoint import Endpoint
from slipring.bench.layouts import Layout
from slipring.bench.signing import Credential, Signer
from slipring.bench.workloads.batches import WRITE_ITEMS, put_requests
from slipring.clock import SystemClock

_TIMEOUT_S = 60.0
_LOADERS = 8
_ACTIVE_WITHIN_S = 120.0
_LOOK_S = 0.1
_TRIES = 20
"""How often a batch is sent again that was taken in part."""


class Refusal(Exception):
    """A call was not answered as it should be; the message is one line that says by what."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}"[:500].replace("\n", " "))
        self.code = code


class Control:
    """A client that waits for each answer. Not to be shared by threads."""

    def __init__(self, endpoint: Endpoint, credential: Credential) -> None:
        self._endpoint = endpoint
        self._credential = credential
        kind = HTTPSConnection if endpoint.tls else HTTPConnection
        self._connection = kind(endpoint.host, endpoint.port, timeout=_TIMEOUT_S)

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The answer. Raises Refusal."""
        body = orjson.dumps(parameters)
        headers = Signer(self._endpoint, self._credential, SystemClock.now()).headers(operation, body)
        try:
            self._connection.request("POST", "/", body, headers)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, HTTPException) as error:
            self.close()
            raise Refusal(operation, type(error).__name__, str(error) or "no answer") from None
        if response.status != 200:
            raise Refusal(operation, error_code(response.status, content), error_message(content))
        return cast(dict[str, Any], orjson.loads(content))

    def close(self) -> None:
        self._connection.close()


def error_code(status: int, body: bytes) -> str:
    """An error's name without its namespace, or the HTTP status if it has none."""
    name = _members(body).get("__type")
    return name.rpartition("#")[2] if isinstance(name, str) else f"HTTP {status}"


def error_message(body: bytes) -> str:
    members = _members(body)
    return str(members.get("message") or members.get("Message") or "")


def _members(body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def create_table(control: Control, layout: Layout, table: str) -> None:
    """Create a table and wait until it and its index are ACTIVE. Raises Refusal."""
    control.call("CreateTable", layout.definition(table))
    give_up_s = SystemClock.monotonic() + _ACTIVE_WITHIN_S
    while True:
        description = control.call("DescribeTable", {"TableName": table})["Table"]
        parts = [description, *description.get("GlobalSecondaryIndexes", [])]
        if all("ACTIVE" in (part.get("TableStatus"), part.get("IndexStatus")) for part in parts):
            return
        if SystemClock.monotonic() > give_up_s:
            raise Refusal("DescribeTable", "timeout", f"{table} is not ACTIVE after {_ACTIVE_WITHIN_S:.0f} s")
        time.sleep(_LOOK_S)


def load_items(
    endpoint: Endpoint, credential: Credential, layout: Layout, table: str, items: int, tell: Callable[[int], None]
) -> None:
    """Put the items, several batches at a time; `tell` is called with how many were added. Raises Refusal."""
    controls = [Control(endpoint, credential) for _ in range(_LOADERS)]
    free: SimpleQueue[Control] = SimpleQueue()
    for each in controls:
        free.put(each)

    def put(numbers: range) -> int:
        control = free.get()
        try:
            _put_all(control, put_requests(table, [layout.item(number, 0) for number in numbers]))
        finally:
            free.put(control)
        return len(numbers)

    try:
        with ThreadPoolExecutor(_LOADERS) as loaders:
            for added in loaders.map(put, _batches(items)):
                tell(added)
    finally:
        for each in controls:
            each.close()


def _batches(items: int) -> Iterator[range]:
    for start in range(0, items, WRITE_ITEMS):
        yield range(start, min(start + WRITE_ITEMS, items))


def _put_all(control: Control, parameters: dict[str, Any]) -> None:
    for each in range(_TRIES):
        left = control.call("BatchWriteItem", parameters).get("UnprocessedItems")
        if not left:
            return
        parameters = {"RequestItems": left}
        time.sleep(_LOOK_S * each)
    raise Refusal("BatchWriteItem", "UnprocessedItems", f"a batch was not taken in {_TRIES} tries")
