"""The API without a network: an engine in this process, and a store that lets something happen in between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson

from slipring.clock import Clock, Ids, ManualClock
from slipring.engine.engine import Engine
from slipring.iam.caller import Caller
from slipring.operations.registry import HANDLERS
from slipring.operations.service import Service
from slipring.storage.contract import Decide, R, Store
from slipring.storage.memory import MemoryStore

CALLER = Caller("test", "us-east-1", "000000000000", "localhost:8000")
Interruption = Callable[[], Awaitable[Any]]


class InterruptedStore(MemoryStore):
    """A memory store where something else happens during a read or right before a commit, as from another process."""

    def __init__(self) -> None:
        super().__init__()
        self._before_commits: list[Interruption | None] = []
        self._during_reads: list[Interruption | None] = []

    def before_commit(self, interruption: Interruption, *, skipped: int = 0) -> None:
        """Have `interruption` happen once, before the next commit or a later one."""
        self._before_commits = [None] * skipped + [interruption]

    def during_read(self, interruption: Interruption, *, skipped: int = 0) -> None:
        """Have `interruption` happen once, when the next `get` or `scan`, or a later one, has read but not yet
        returned."""
        self._during_reads = [None] * skipped + [interruption]

    async def get(self, key: bytes) -> bytes | None:
        value = await super().get(key)
        await _next_of(self._during_reads)
        return value

    async def scan(
        self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False
    ) -> list[tuple[bytes, bytes]]:
        pairs = await super().scan(start, stop, limit=limit, bytes_max=bytes_max, reverse=reverse)
        await _next_of(self._during_reads)
        return pairs

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        await _next_of(self._before_commits)
        return await super().commit(reads, decide)


async def _next_of(interruptions: list[Interruption | None]) -> None:
    interruption = interruptions.pop(0) if interruptions else None
    if interruption is not None:
        await interruption()


class Process:
    """One process on a store, without background work but for what a test asks for."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self.engine = Engine(store, clock or ManualClock(), Ids())
        self._service = Service(self.engine, HANDLERS)

    async def call(self, operation: str, **request: Any) -> Any:
        """The answer. Raises ApiError."""
        return await self.call_raw(operation, orjson.dumps(request))

    async def call_raw(self, operation: str, body: bytes) -> Any:
        return orjson.loads(b"".join(await self._service.call(operation, body, CALLER)))

    async def make_table(self, name: str, **more: Any) -> None:
        """An on-demand table with the partition key `pk` (S)."""
        definitions = [{"AttributeName": "pk", "AttributeType": "S"}, *more.pop("AttributeDefinitions", ())]
        await self.call(
            "CreateTable",
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=definitions,
            BillingMode="PAY_PER_REQUEST",
            **more,
        )

    async def put(self, table: str, pk: str, **more: Any) -> None:
        await self.call("PutItem", TableName=table, Item={"pk": {"S": pk}, **more})

    async def get(self, table: str, pk: str) -> Any:
        return (await self.call("GetItem", TableName=table, Key={"pk": {"S": pk}})).get("Item")

    async def tag(self, table: str) -> None:
        """Change the table's record, and so its guard, without changing what it holds."""
        arn = f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}"
        await self.call("TagResource", ResourceArn=arn, Tags=[{"Key": "k", "Value": "v"}])
