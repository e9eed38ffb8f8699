"""All triggers of a process: each follows its table under a lease, so that one process at a time calls its target."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from slipring.engine import streams
from slipring.engine.engine import Engine
from slipring.engine.leases import Lease
from slipring.engine.recurring import Recurring
from slipring.engine.table import TableRecord
from slipring.triggers import positions, source
from slipring.triggers.counts import TriggerCounts
from slipring.triggers.delivery import Delivery, Setting
from slipring.triggers.positions import Lanes, Place
from slipring.triggers.source import Lane, Shard
from slipring.triggers.targets import Opened

_LOOK_S = 0.1
"""How often new records are looked for; Lambda does it four times a second."""
_LEASE_S = 5.0
_LANES_AT_ONCE = 64
_WAIT_LOOK_S = 0.02

_log = logging.getLogger(__name__)


class Triggers:
    """The triggers that the settings name, and those that come and go while the server runs."""

    def __init__(self, engine: Engine, triggers: Iterable[Opened], region: str) -> None:
        self._engine = engine
        self._region = region
        self._following = [Following(engine, opened, region) for opened in triggers]

    @property
    def counts(self) -> list[TriggerCounts]:
        return [each.counts for each in self._following]

    async def add(self, opened: Opened) -> None:
        """Follow one more from now on; if it turns its table's stream on, it has done so when this returns."""
        following = Following(self._engine, opened, self._region)
        await following.look()
        self._following.append(following)
        following.start()

    async def remove(self, name: str) -> None:
        """Follow one no longer, and forget how far it has come."""
        for following in [each for each in self._following if each.trigger.name == name]:
            self._following.remove(following)
            await following.stop()
        await positions.forget(self._engine.store, name, await positions.positions_of(self._engine.store, name))

    def start(self) -> None:
        for each in self._following:
            each.start()

    async def stop(self) -> None:
        for each in self._following:
            await each.stop()

    async def caught_up(self, within_s: float) -> list[str]:
        """Wait until everything that is in the streams by now is handed over, by whichever process; the names of the
        triggers that did not get there in time."""
        loop = asyncio.get_running_loop()
        ends_s = loop.time() + within_s
        self._wake()
        while behind := [each.trigger.name for each in self._following if await each.is_behind()]:
            if loop.time() >= ends_s:
                break
            await asyncio.sleep(_WAIT_LOOK_S)
        return behind

    async def describe(self) -> list[dict[str, Any]]:
        return [
            {
                "name": each.trigger.name,
                "table": each.trigger.table,
                "target": each.trigger.target,
                "options": dict(each.trigger.written),
                "behind": await each.is_behind(),
            }
            for each in self._following
        ]

    def _wake(self) -> None:
        for each in self._following:
            each.wake()


class Following:
    """One trigger in this process."""

    def __init__(self, engine: Engine, opened: Opened, region: str) -> None:
        self.trigger = trigger = opened.trigger
        self.counts = TriggerCounts(trigger.name)
        self._engine = engine
        self._store = engine.store
        self._region = region
        self._lease = Lease(engine.store, engine.clock, f"trigger {trigger.name}", engine.ids.uuid(), _LEASE_S)
        self._setting = Setting(
            engine.store,
            engine.clock,
            engine.ids,
            trigger,
            opened.target,
            opened.destination,
            self.counts,
            self._lease.hold,
        )
        self._deliveries: dict[tuple[Place, int], asyncio.Task[None]] = {}
        """By shard and lane."""
        self._said = ""
        self._is_stopping = False
        self._recurring = Recurring(f"trigger {trigger.name}", _LOOK_S, self._lease, self.look)
        self.start = self._recurring.start
        self.wake = self._recurring.wake

    async def stop(self) -> None:
        """What is being handed over is handed over again later."""
        # A look that is under way begins no more.
        self._is_stopping = True
        for task in self._deliveries.values():
            task.cancel()
        await asyncio.gather(*self._deliveries.values(), return_exceptions=True)
        await self._recurring.stop()

    async def is_behind(self) -> bool:
        """Whether a record is in a stream that was not handed over yet."""
        shards = await self._shards()
        reached = self._lanes(shards, await positions.positions_of(self._store, self.trigger.name))
        lasts = await source.last_positions(self._store, shards)
        return any(last >= _least(reached[shard.place]) for shard, last in zip(shards, lasts, strict=True))

    def _lanes(self, shards: Sequence[Shard], begun: Mapping[Place, Lanes]) -> dict[Place, Lanes]:
        """How far each lane of the shards is."""
        parallel = self.trigger.parallel
        return {shard.place: positions.spread(begun.get(shard.place), shard.first, parallel) for shard in shards}

    async def _shards(self) -> list[Shard]:
        trigger = self.trigger
        now = self._engine.clock.now()
        return await source.shards_of(self._store, trigger.table, self._region, now, trigger.namespace)

    async def look(self) -> None:
        """Begin to hand over what is new, if this process is the one to do it. Only one look at a time."""
        if not await self._lease.hold():
            return
        shards = await self._shards()
        if any(shard.is_open for shard in shards):
            self._said = ""
        else:
            # A stream that was turned off, or whose table is gone, can be read still.
            await self._without_stream()
        if not shards:
            return
        begun = await positions.positions_of(self._store, self.trigger.name)
        if not begun and self.trigger.start == "LATEST":
            begun = await self._begin_at_the_end(shards)
        await positions.forget(self._store, self.trigger.name, _past(begun, shards))
        await self._deliver(shards, self._lanes(shards, begun))

    async def _deliver(self, shards: Sequence[Shard], reached: Mapping[Place, Lanes]) -> None:
        """Begin to hand over what is there and is not being handed over already; parents go before children."""
        lasts = await source.last_positions(self._store, shards)
        unfinished = [shard for shard in shards if _least(reached[shard.place]) < shard.beyond]
        for shard, last in zip(shards, lasts, strict=True):
            if not (self._is_stopping or any(other.precedes(shard) for other in unfinished)):
                self._deliver_shard(shard, last, reached[shard.place])

    def _deliver_shard(self, shard: Shard, last: int, lanes: Lanes) -> None:
        for number, lane in enumerate(lanes):
            is_done = lane.position > last if shard.is_open else lane.position >= shard.beyond
            if is_done or (shard.place, number) in self._deliveries or len(self._deliveries) >= _LANES_AT_ONCE:
                continue
            delivery = Delivery(self._setting, Lane(shard, number, len(lanes)), lanes)
            task = asyncio.create_task(delivery.run())
            self._deliveries[shard.place, number] = task
            task.add_done_callback(partial(self._delivered, (shard.place, number)))

    def _delivered(self, lane: tuple[Place, int], task: asyncio.Task[None]) -> None:
        del self._deliveries[lane]
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            _log.error("trigger %s failed; it is tried again", self.trigger.name, exc_info=error)
        else:
            # A child may begin now.
            self.wake()

    async def _begin_at_the_end(self, shards: Sequence[Shard]) -> dict[Place, Lanes]:
        lasts = await source.last_positions(self._store, shards)
        begins = [
            (shard.place, (last + 1 if last else shard.first) if shard.is_open else shard.beyond)
            for shard, last in zip(shards, lasts, strict=True)
        ]
        return await positions.begin(self._store, self.trigger.name, begins, self.trigger.parallel)

    async def _without_stream(self) -> None:
        trigger = self.trigger
        namespaces = await source.namespaces_of(self._store, trigger.table, trigger.namespace)
        for namespace in namespaces if trigger.enables else ():
            await self._enable(namespace)
        if not namespaces:
            self._say(f"trigger {trigger.name} waits for table {trigger.table}, which there is not yet")
        elif not trigger.enables:
            self._say(
                f"trigger {trigger.name} waits: table {trigger.table} has no stream;"
                " turn one on, or add stream=NEW_AND_OLD_IMAGES to the trigger"
            )

    async def _enable(self, namespace: str) -> None:
        now = self._engine.clock.now()

        def revise(record: TableRecord) -> TableRecord:
            is_on = record.get("Stream", {}).get("Enabled")
            return record if is_on else streams.enabled(record, self.trigger.enables, now, last_label)

        last_label = await self._engine.catalog.last_stream_label(self.trigger.table, namespace)
        await self._engine.catalog.change(self.trigger.table, namespace, revise)
        self.wake()

    def _say(self, message: str) -> None:
        """Once, until something else is to be said."""
        if message != self._said:
            self._said = message
            _log.warning("%s", message)


def _least(lanes: Lanes) -> int:
    return min([lane.position for lane in lanes])


def _past(reached: Iterable[Place], shards: Iterable[Shard]) -> list[Place]:
    """The places of shards that are no more. The last one of all is kept: it tells that the trigger has begun, and need
    not begin at the end of what was written since."""
    there = {shard.place for shard in shards}
    past = sorted(place for place in reached if place not in there)
    return past if there & set(reached) else past[:-1]
