"""Good requests, spoilt at random: whatever comes of it, the answer is never a server error.

A failure prints the seed, the operation and the body; the same seed makes the same requests.
"""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from slipring.model.limits import REQUEST_BYTES_MAX
from slipring.model.service import operations
from slipring.operations.registry import HANDLERS
from tests.api.bad_input.good_requests import GOOD, TABLE, prepare
from tests.api.bad_input.raw import RawClient
from tests.api.bad_input.test_shaped_requests import COMMON_ERRORS
from tests.servers import ServerThread

REQUESTS_PER_OPERATION = int(os.environ.get("SLIPRING_TEST_FUZZED_REQUESTS", "120"))

PLACES_MAX = 20_000
"""A request with more members than this is spoilt enough: the next spoil could make hundreds of megabytes of it."""

UNKNOWABLE = {
    "DeleteBackup",
    "DescribeBackup",
    "DescribeStream",
    "GetRecords",
    "GetShardIterator",
    "RestoreTableFromBackup",
    "RestoreTableToPointInTime",
}

JUNK: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    1 << 31,
    1 << 63,
    -(1 << 63) - 1,
    0.5,
    1e308,
    "",
    "a",
    "pk",
    "#p",
    ":p",
    "\x00",
    "é😀",
    "a" * 300,
    "(" * 500,
    "ALL",
    "NONE",
    "arn:aws:dynamodb:us-east-1:000000000000:table/x",
    TABLE,
    [],
    {},
    [[]],
    {"S": ""},
    {"S": "a", "N": "1"},
    {"N": "1e999"},
    {"N": "-"},
    {"B": "!"},
    {"SS": ["a", "a"]},
    {"L": [{"M": {"": {"NULL": True}}}]},
    {"NULL": False},
    {"": {}},
]
TEXTS = [
    "",
    " ",
    "=",
    "<>",
    "AND",
    "OR NOT",
    "(",
    ")",
    "[0]",
    "[99999999999]",
    ".",
    ",",
    "#p",
    ":n",
    ":undefined",
    "size(",
    "begins_with(pk, :s)",
    "SET",
    "REMOVE",
    "attribute_exists(pk)",
    "'",
    '"',
    "?",
    "*",
    "--",
    "\\",
    "\n",
    "é",
    "0",
    "1e400",
]


class Fuzzer:
    """Spoils requests, with a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def body(self, operation: str) -> bytes:
        request = copy.deepcopy(self._random.choice(GOOD[operation]))
        for _ in range(self._random.randint(1, 4)):
            request = self._spoil(request)
        text = json.dumps(request, ensure_ascii=self._random.random() < 0.5).encode("utf-8", "surrogatepass")
        return self._spoil_bytes(text) if self._random.random() < 0.15 else text

    def _spoil(self, request: Any) -> Any:
        places = list(self._places(request))
        if len(places) > PLACES_MAX:
            return request
        if not places:
            return self._random.choice([request, {}, {"x": 1}])
        parent, key = self._random.choice(places)
        self._spoil_place(parent, key)
        return request

    def _places(self, request: Any) -> Iterator[tuple[Any, Any]]:
        """Every member of every map and list in it."""
        waiting = [request]
        while waiting:
            value = waiting.pop()
            pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
            for key, member in pairs:
                yield value, key
                waiting.append(member)

    def _spoil_place(self, parent: Any, key: Any) -> None:
        chance = self._random
        action = chance.choice(
            ["junk", "junk", "junk", "text", "drop", "copy", "wrap", "deep", "rename", "swap", "many"]
        )
        value = parent[key]
        if action == "text" and isinstance(value, str):
            cut = chance.randint(0, len(value))
            parent[key] = value[:cut] + chance.choice(TEXTS) + value[cut + chance.randint(0, 2) :]
        elif action == "drop":
            del parent[key]
        elif action == "copy":
            parent[key] = copy.deepcopy(chance.choice([other for where in GOOD.values() for other in where]))
        elif action == "wrap":
            parent[key] = chance.choice([[value], {"M": value}, {"L": [value]}, {"S": value}])
        elif action == "deep":
            for _ in range(chance.choice([5, 33, 70])):
                value = chance.choice([[value], {"L": [value]}, {"M": {"a": value}}])
            parent[key] = value
        elif action == "rename" and isinstance(parent, dict):
            parent[chance.choice(["", "x", "TableName", "é", "a" * 300, "S", "Item"])] = parent.pop(key)
        elif action == "many":
            parent[key] = [value] * chance.choice([2, 30, 120])
        else:
            parent[key] = copy.deepcopy(chance.choice(JUNK))

    def _spoil_bytes(self, text: bytes) -> bytes:
        cut = self._random.randint(0, len(text))
        inserted = self._random.choice([b"", b"\xff", b"\x00", b'"', b"{", b"[", b"\\", b"\\ud800", b"1e999", b"null"])
        return text[:cut] + inserted + text[cut + self._random.randint(0, 3) :]


@pytest.mark.parametrize("operation", sorted(GOOD))
def test_spoilt_requests_are_never_a_server_error(client: RawClient, operation: str) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    fuzzer = Fuzzer(seed)
    prepare(client)
    for _ in range(REQUESTS_PER_OPERATION):
        body = fuzzer.body(operation)
        if len(body) > REQUEST_BYTES_MAX:
            # What grows does so by factors of hundreds: one byte too many is enough to send.
            answer = client.call(operation, body[: REQUEST_BYTES_MAX + 1])
            assert (answer.status, answer.code) == (413, "RequestEntityTooLargeException"), answer
            continue
        answer = client.call(operation, body)
        assert answer.status in (200, 400), (answer, body)
        if answer.status == 400:
            assert answer.code in COMMON_ERRORS | set(operations()[operation].errors), (answer, body)
        elif operation in ("DeleteTable", "UpdateTable"):
            prepare(client)


def test_every_operation_is_fuzzed() -> None:
    """Whoever adds an operation adds a good request for it."""
    assert GOOD.keys() == HANDLERS.keys()


def test_good_requests_are_good() -> None:
    """Otherwise the fuzzing would only ever meet the first check. Some name a stream, a backup or a time, which a test
    cannot know beforehand."""
    with ServerThread() as server:
        client = RawClient(server.port)
        for operation, requests in GOOD.items():
            for request in requests:
                client.call("DeleteTable", {"TableName": "created"})
                prepare(client)
                answer = client.call(operation, request)
                if operation not in UNKNOWABLE:
                    assert answer.status == 200, (operation, request, answer)
        client.close()
