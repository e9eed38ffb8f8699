"""Two servers on one PostgreSQL database, under clients that contend for the same items through both of them."""

from __future__ import annotations

import secrets
from itertools import pairwise

from tests.cli.processes import Serving
from tests.crash.api import Api
from tests.postgresql.contention import (
    ACCOUNTS,
    BALANCE,
    REGISTERS,
    TABLE,
    Contender,
    Follower,
    prepare,
    run_all,
)
from tests.postgresql.linearizability import is_linearizable

CLIENTS = 6
STEPS = 80


def test_what_two_processes_answer_could_have_happened_one_at_a_time(address: str) -> None:
    """Conditional writes, counters and transactions are linearizable over all processes together; and two stream
    readers, one at each, miss no change, meet none twice, and see them in the order in which they were made."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    with Serving("--store", address) as one, Serving("--store", address) as other:
        with Api(one.port) as api:
            written = prepare(api)
        followers = [Follower(one.port), Follower(other.port)]
        contenders = [Contender([one.port, other.port], seed + n, STEPS) for n in range(CLIENTS)]
        for follower in followers:
            follower.start()
        run_all(contenders)
        for follower in followers:
            follower.finish()
        with Api(other.port) as api:
            items = {item["pk"]["S"]: item for item in api.call("Scan", TableName=TABLE)["Items"]}
    for which in range(REGISTERS):
        history = [operation for each in contenders for operation in each.registers[which]]
        assert is_linearizable(history, 0), f"register {which}"
    assert is_linearizable([operation for each in contenders for operation in each.counter], 0)
    assert is_linearizable([operation for each in contenders for operation in each.accounts], (BALANCE,) * ACCOUNTS)
    check_stream(followers, written + sum(each.changes for each in contenders), items)


def check_stream(followers: list[Follower], changes: int, items: dict[str, object]) -> None:
    """The records tell of every change, in an order in which each item's images follow one another."""
    first, second = ([record["dynamodb"] for record in each.records] for each in followers)
    assert first == second
    assert len(first) == changes
    positions = [int(record["SequenceNumber"]) for record in first]
    assert all(before < after for before, after in pairwise(positions))
    images: dict[str, object] = {}
    for record in first:
        name = record["Keys"]["pk"]["S"]
        assert record.get("OldImage") == images.get(name)
        images[name] = record["NewImage"]
    assert images == items
