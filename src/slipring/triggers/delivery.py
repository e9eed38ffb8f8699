"""Hands the records of one lane of a shard over, in order, each at least once."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from slipring.clock import Clock, Ids
from slipring.engine.streams import RETENTION_SECONDS
from slipring.storage.contract import Store
from slipring.triggers import events, positions, source
from slipring.triggers.batches import Batch, Policy, Record, failed_from, next_tries, too_old
from slipring.triggers.counts import TriggerCounts
from slipring.triggers.positions import Lanes, Reached
from slipring.triggers.source import Lane
from slipring.triggers.specification import Trigger
from slipring.triggers.targets import Target, TargetFailed, called

_PAYLOAD_BYTES_MAX = 6 * 1024 * 1024
"""Lambda's bound on an event (Lambda Developer Guide, "Lambda quotas")."""
_BACKOFF_FIRST_S = 0.1
_BACKOFF_MAX_S = 30.0
_LOOK_S = 0.05
"""How often more records are looked for while a window is open."""
_DESTINATION_TIMEOUT_S = 30.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the deliveries of one trigger have in common."""

    store: Store
    clock: Clock
    ids: Ids
    trigger: Trigger
    target: Target
    destination: Target | None
    """Where batches go that are given up."""
    counts: TriggerCounts
    hold: Callable[[], Awaitable[bool]]
    """Renews the lease; False once somebody else has it."""


class Delivery:
    """One lane of a shard, from where it is on."""

    def __init__(self, setting: Setting, lane: Lane, lanes: Lanes) -> None:
        """`lanes` are how far those of the shard had come at the least."""
        self._setting = setting
        self._trigger = setting.trigger
        self._shard = lane.shard
        self._lane = lane
        self._lanes = lanes
        self._reached = lanes[lane.number]
        given_s = setting.trigger.policy.record_age_s
        age_s = RETENTION_SECONDS if given_s is None else min(given_s, RETENTION_SECONDS)
        self._policy = Policy(setting.trigger.policy.retries, setting.trigger.policy.bisects, age_s)

    async def run(self) -> None:
        """Hand over what there is; to the end of the shard, if it is closed."""
        while await self._setting.hold():
            begun = self._reached.position
            if self._reached.tries:
                batches, beyond = await self._begun_before(), self._reached.tries[-1][0] + 1
            else:
                records, beyond = await self._gathered()
                batches = [Batch(records)] if records else []
            if batches and not await self._hand_over(batches):
                return
            if beyond == begun:
                if not self._shard.is_open:
                    await self._advance(self._shard.beyond)
                return
            await self._advance(beyond)

    async def _begun_before(self) -> list[Batch]:
        """What another process, or this one before it was started anew, was about to try again."""
        batches = []
        position = self._reached.position
        for last, failures in self._reached.tries:
            records: list[Record] = []
            while position <= last:
                found, beyond = await source.records_of(
                    self._setting.store,
                    self._lane,
                    position,
                    stop=last + 1,
                    limit=self._trigger.batch,
                    bytes_max=_PAYLOAD_BYTES_MAX,
                )
                if beyond == position:
                    # The rest was trimmed meanwhile.
                    break
                records += [record for record in found if self._trigger.wants(record.event)]
                position = beyond
            if records:
                batches.append(Batch(records, failures))
            position = last + 1
        return batches

    async def _gathered(self) -> tuple[list[Record], int]:
        """The next batch, and the position beyond it: full, or all there is when the window ends."""
        trigger, now_s = self._trigger, asyncio.get_running_loop().time
        records: list[Record] = []
        position, size, ends_s = self._reached.position, 0, 0.0
        while True:
            wanted = trigger.batch - len(records)
            bytes_max = _PAYLOAD_BYTES_MAX - size
            found, beyond = await source.records_of(
                self._setting.store, self._lane, position, limit=wanted, bytes_max=bytes_max
            )
            has_more, position = beyond > position, beyond
            if has_more:
                size += sum([record.event["dynamodb"]["SizeBytes"] for record in found])
                records += [record for record in found if trigger.wants(record.event)]
                if records and not ends_s:
                    ends_s = now_s() + trigger.window_s
                # Others have their turn, however much there is to pass over.
                await asyncio.sleep(0)
            if len(records) >= trigger.batch or size >= _PAYLOAD_BYTES_MAX:
                return records, position
            if not has_more:
                if not records or not self._shard.is_open or now_s() >= ends_s:
                    return records, position
                await asyncio.sleep(min(_LOOK_S, ends_s - now_s()))

    async def _hand_over(self, batches: Sequence[Batch]) -> bool:
        """Until every record has been taken or given up. False if the lease was lost before."""
        waiting = deque(batches)
        while waiting:
            batch = await self._without_the_old(waiting.popleft(), waiting)
            if not batch.records:
                continue
            if not await self._setting.hold():
                return False
            begins, error = await self._try(batch)
            if begins is None:
                await self._advance(batch.beyond, waiting)
                continue
            tries = next_tries(batch, begins, self._policy)
            if not tries:
                lost = Batch(batch.records[begins:], batch.failures + 1)
                await self._give_up(lost, "RetryAttemptsExhausted", error)
            waiting.extendleft(reversed(tries))
            await self._advance(batch.records[begins].position if tries else batch.beyond, waiting)
            if len(tries) == 1:
                await asyncio.sleep(min(_BACKOFF_FIRST_S * 2 ** min(tries[0].failures - 1, 16), _BACKOFF_MAX_S))
        return True

    async def _try(self, batch: Batch) -> tuple[int | None, str]:
        """From which record on the batch failed, and why; None if it did not."""
        setting, trigger, counts = self._setting, self._trigger, self._setting.counts
        counts.calls += 1
        try:
            payload = events.event(batch.records)
            response = await called(setting.target, payload, setting.ids.uuid(), trigger.timeout_s)
            begins, error = (failed_from(batch, response) if trigger.partial else None), "batchItemFailures"
        except TargetFailed as failure:
            begins, error = 0, str(failure)
        counts.delivered_records += len(batch.records) if begins is None else begins
        counts.age_s = max(0.0, setting.clock.now() - batch.records[-1].time_s)
        if begins is not None:
            counts.failed_calls += 1
            _log.warning("trigger %s failed with %d records: %s", trigger.name, len(batch.records), error)
        return begins, error

    async def _without_the_old(self, batch: Batch, waiting: Iterable[Batch]) -> Batch:
        count = too_old(batch, self._policy, self._setting.clock.now())
        if not count:
            return batch
        old, rest = Batch(batch.records[:count], batch.failures), Batch(batch.records[count:], batch.failures)
        await self._give_up(old, "RecordAgeExceeded", "")
        await self._advance(old.beyond, [*([rest] if rest.records else ()), *waiting])
        return rest

    async def _give_up(self, batch: Batch, condition: str, error: str) -> None:
        setting, count = self._setting, len(batch.records)
        setting.counts.discarded_records += count
        _log.error("trigger %s gives up %d records: %s", self._trigger.name, count, condition)
        if setting.destination is not None:
            await self._tell(setting.destination, batch, condition, error)

    async def _tell(self, destination: Target, batch: Batch, condition: str, error: str) -> None:
        request_id = self._setting.ids.uuid()
        told = events.invocation_record(
            batch,
            trigger=self._trigger.name,
            shard_id=self._shard.record["Id"],
            condition=condition,
            error=error,
            request_id=request_id,
            now=self._setting.clock.now(),
        )
        try:
            await called(destination, told, request_id, _DESTINATION_TIMEOUT_S)
        except TargetFailed as failure:
            _log.error("the destination of trigger %s failed: %s", self._trigger.name, failure)

    async def _advance(self, position: int, waiting: Iterable[Batch] = ()) -> None:
        """Note how far the lane is, and what is to be tried again from there on."""
        tries = [(batch.records[-1].position, batch.failures) for batch in waiting]
        reached = Reached(max(self._reached.position, position), tries)
        if reached != self._reached:
            self._reached = reached
            number, place = self._lane.number, self._shard.place
            await positions.advance(self._setting.store, self._trigger.name, place, number, reached, self._lanes)
