"""Good requests, spoilt at random: what a request needs is told or refused as the operation would refuse it.

Policies are asked before an operation has looked at its request, so that nothing of it can be relied on but what the
service model says. A failure prints the seed and the body.
"""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest

from slipring.engine.table import Table
from slipring.model import validation
from slipring.model.errors.base import ApiError
from slipring.operations.access import NEEDS
from slipring.operations.registry import HANDLERS
from tests.api.bad_input.good_requests import GOOD, TABLE, TABLE_DEFINITION
from tests.api.bad_input.test_fuzz import REQUESTS_PER_OPERATION, Fuzzer
from tests.operations.access.requests import CALLER


def _table() -> Table:
    record: dict[str, Any] = {**TABLE_DEFINITION, "Id": 1, "Version": 1}
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        record[member] = [{**each, "Id": 1} for each in record[member]]
    return Table(record)


FUZZED = _table()
KEYS = [
    f"dynamodb:{name}"
    for name in ("leadingkeys", "fourthpartitionkeyvalues", "attributes", "select", "returnvalues", "fulltablescan")
]


@pytest.mark.parametrize("operation", sorted(GOOD))
def test_spoilt_requests(operation: str) -> None:
    """Never anything but an error that a client is told."""
    seed = random.randrange(1 << 32)
    fuzzer = Fuzzer(seed)
    for _ in range(REQUESTS_PER_OPERATION):
        body = fuzzer.body(operation)
        try:
            _ask(operation, body)
        except ApiError:
            continue
        except Exception as error:
            raise AssertionError(f"seed {seed}: {operation} {body!r}") from error


def _ask(operation: str, body: bytes) -> None:
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    if b"null" in body:  # the service drops these before
        return
    validation.check(operation, request)
    for need in NEEDS[operation](request, CALLER):
        for key in KEYS:
            need.keys(key, FUZZED if need.table_name == TABLE else None)


def test_every_handler_is_fuzzed() -> None:
    assert GOOD.keys() == HANDLERS.keys()
