"""What has failed is remembered: whoever goes on tries what is still to be tried, no more often than was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest

from slipring.clock import Ids, ManualClock
from slipring.storage.contract import Store
from slipring.triggers import delivery, positions, source
from slipring.triggers.counts import TriggerCounts
from slipring.triggers.delivery import Delivery, Setting
from slipring.triggers.source import Lane
from slipring.triggers.specification import read_triggers
from slipring.triggers.targets import TargetFailed
from tests.engine.running import Process
from tests.storage.conftest import Backend

KEYS = "abcdefgh"
BAD = {"c", "f"}


class Strict:
    """Refuses batches with a bad record."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def call(self, payload: bytes, request_id: str, timeout_s: float) -> Any:
        keys = "".join(record["dynamodb"]["Keys"]["pk"]["S"] for record in orjson.loads(payload)["Records"])
        self.calls.append(keys)
        if BAD & set(keys):
            raise TargetFailed("not these")


class Lost:
    """Takes what is given up."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []

    def call(self, payload: bytes, request_id: str, timeout_s: float) -> Any:
        told = orjson.loads(payload)
        records = orjson.loads(told["payload"])["Records"]
        keys = "".join(record["dynamodb"]["Keys"]["pk"]["S"] for record in records)
        self.told.append((keys, told["requestContext"]["approximateInvokeCount"]))


async def deliver(store: Store, options: str, target: Strict, lost: Lost, hold: Callable[[], Awaitable[bool]]) -> None:
    """Hand over what the shard has, from where it was left, while the lease is held."""
    [trigger] = read_triggers([f"things=command {options}"])
    [shard] = await source.shards_of(store, "things", "us-east-1", ManualClock().now())
    begun = await positions.positions_of(store, trigger.name)
    lanes = positions.spread(begun.get(shard.place), shard.first, trigger.parallel)
    counts = TriggerCounts(trigger.name)
    setting = Setting(store, ManualClock(), Ids(), trigger, target, lost, counts, hold)
    await asyncio.gather(
        *[Delivery(setting, Lane(shard, number, len(lanes)), lanes).run() for number in range(len(lanes))]
    )


@pytest.mark.parametrize(
    "options", ["batch=8 bisect=true retries=2", "batch=3 retries=2", "batch=8 bisect=true retries=0"]
)
def test_the_tries_are_the_same_wherever_a_process_was_stopped(
    one_of_each: Backend, options: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after each call in turn, and gone on with by another one."""
    monkeypatch.setattr(delivery, "_BACKOFF_FIRST_S", 0.0)

    async def scenario(store: Store) -> None:
        process = Process(store, ManualClock())
        stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
        await process.make_table("things", StreamSpecification=stream)
        for key in KEYS:
            await process.put("things", key)

        async def always() -> bool:
            return True

        whole, whole_lost = Strict(), Lost()
        await deliver(store, f"{options} name=whole", whole, whole_lost, always)
        assert sorted("".join(keys for keys, _ in whole_lost.told)) == sorted(BAD if "bisect" in options else "abcdef")
        for stop in range(1, len(whole.calls), 1 if one_of_each.address == "memory:" else 4):
            target, lost = Strict(), Lost()

            async def until_it_stops(target: Strict = target, stop: int = stop) -> bool:
                return len(target.calls) < stop

            await deliver(store, f"{options} name=stopped{stop}", target, lost, until_it_stops)
            assert len(target.calls) == stop
            await deliver(store, f"{options} name=stopped{stop}", target, lost, always)
            assert target.calls == whole.calls
            assert lost.told == whole_lost.told

    one_of_each.run(scenario)
