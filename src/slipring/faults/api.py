"""The operations' door while rules are in force: each call is struck, or carried out as ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from slipring.clock import Clock
from slipring.faults.active import Faults
from slipring.faults.batches import joined, nothing_done, split
from slipring.faults.calls import Call
from slipring.faults.effects import BrokenConnection, FailingStore, PartialBatch, Refusal, StaleRead
from slipring.faults.stores import BrokenStore, Past
from slipring.iam.caller import Caller
from slipring.storage.contract import Store

Answer = list[bytes]


class Api(Protocol):
    """What carries out operations; see `edge.contract.Api`."""

    def call(self, operation: str, body: bytes, caller: Caller) -> Coroutine[Any, Any, Answer]: ...


_WRITES = frozenset(
    (
        *("BatchExecuteStatement", "BatchWriteItem", "DeleteItem", "ExecuteStatement", "ExecuteTransaction"),
        *("PutItem", "TransactWriteItems", "UpdateItem"),
    )
)
"""What may change what a read sees."""

Over = Callable[[Store], Api]
"""The operations over another store than the server's."""


class ConnectionDropped(Exception):
    """The connection is to be closed without an answer."""


class FaultyApi:
    """Asks the rules about every call. It stands before the operations only while there are rules."""

    def __init__(self, faults: Faults, store: Store, over: Over, clock: Clock) -> None:
        self._faults = faults
        self._store = store
        self._over = over
        self._api = over(store)
        self._clock = clock
        self._past = Past(store)
        self._stalled: set[asyncio.Future[None]] = set()

    async def call(self, operation: str, body: bytes, caller: Caller) -> Answer:
        call = Call(operation, body, caller)
        delay_s, effect = self._faults.strike(call)
        if delay_s:
            await asyncio.sleep(delay_s)
        match effect:
            case Refusal():
                raise effect.error(call)
            case BrokenConnection():
                return await self._broken(call, effect)
            case PartialBatch():
                return await self._partial(call, effect)
            case FailingStore():
                return await self._over(BrokenStore(self._store, effect.fate)).call(operation, body, caller)
            case StaleRead():
                now = self._clock.now()
                return await self._over(self._past.at(now - effect.lag_s, now)).call(operation, body, caller)
        return await self._carry_out(call, body)

    def release(self) -> None:
        """No rule is in force any more: close the connections that are stalled, and forget the past."""
        for each in self._stalled:
            if not each.done():
                each.set_result(None)
        self._past.forget()

    async def _carry_out(self, call: Call, body: bytes) -> Answer:
        lag_s = self._faults.lag_s()
        if lag_s and call.operation in _WRITES:
            self._past.keep(self._clock.now(), lag_s)
        return await self._api.call(call.operation, body, call.caller)

    async def _broken(self, call: Call, effect: BrokenConnection) -> Answer:
        if effect.fate == "drop-after":
            await self._carry_out(call, call.body)
        elif effect.fate == "stall":
            stalled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._stalled.add(stalled)
            try:
                await stalled
            finally:
                self._stalled.discard(stalled)
        raise ConnectionDropped

    async def _partial(self, call: Call, effect: PartialBatch) -> Answer:
        parts = split(call, effect.share)
        if parts is None:
            return await self._carry_out(call, call.body)
        body, left = parts
        if not body:
            return nothing_done(call.operation, left)
        return joined(call.operation, await self._carry_out(call, body), left)
