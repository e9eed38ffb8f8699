"""What the engine asks of a store, and what it may rely on.

A store is an ordered map from bytes to bytes with atomic commits. Keys sort by unsigned bytes. A key is 1 to
`KEY_BYTES_MAX` long, a value at most `VALUE_BYTES_MAX`. Tables, indexes, the catalog and counters are ranges of
keys that the engine lays out (`engine.keyspace`); a store knows nothing of them.

Rules every store keeps (tests/storage runs them over each one):

- a commit is all or nothing, and durable when `commit` returns, unless the user chose otherwise;
- commits are serial: a mutation's `decide` sees every earlier commit, whichever process made it;
- `get`, `get_many` and `scan` answer from one consistent view that holds every commit acknowledged, in any process,
  before the call;
- what a commit under `WATCHED` changed is told to the watchers of every process before any read or commit of that
  process answers from a view that holds it;
- an await on a store suspends on plain futures only. The edge drives request coroutines by hand (see
  `edge.steps`) and starts no task for a request that never waits, so a store must not need `asyncio.current_task()`
  in the caller's coroutine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import Struct
from typing import Any, Generic, Protocol, TypeVar

R = TypeVar("R")

KEY_BYTES_MAX = 32 * 1024
"""The longest key: a GSI's four HASH attributes of 2 KB, four RANGE attributes of 1 KB and the item's own key, every
byte of them zero and so escaped as two, stay below it."""

VALUE_BYTES_MAX = 16 * 1024 * 1024
"""The largest value; the largest item (400 KB) grows at most about six-fold as JSON."""

WATCHED = b"\x01"
"""What can be watched lies under this prefix. It is fixed because a store across a network has every process mark such
commits for all others, whether or not it watches anything itself."""

COUNTERS = (b"\x04", b"\x05", b"\x09c")
"""Counters lie under these prefixes, and values do not, so that a store can keep the two apart."""

SEALED = (b"\x02", b"\x03", b"\x09r")
"""What an encrypted store seals lies under these prefixes, each followed by four bytes with a table's id."""

PARTITION_HASH_AT = {b"\x02": 5, b"\x03": 7, b"\x05": 5}
"""Where the partition hash is in the keys under these prefixes: work on one item hardly leaves its partition. What lies
before it is a table or an index, so within one the hash leads."""

TABLE_ID_AT = {b"\x09": 2}
"""Where the four bytes of a table's id are in the keys of its journal, which is one range."""

TOKENS = b"\x06"
"""Under this prefix lie keys of which each is used by itself."""

GUARDS = WATCHED + b"v"
"""Under this prefix lies what each commit of a table's items looks at, a few bytes that hardly ever change."""

DATA_KEYS = b"\x00k"
"""What an encrypted store keeps for itself."""

DATA_KEYS_CHANGED = WATCHED + b"k"
"""Written when tables got new data keys."""

_COUNTS = Struct(">qq")


def encode_counts(first: int, second: int) -> bytes:
    """The stored form of a pair of counters."""
    return _COUNTS.pack(first, second)


def decode_counts(value: bytes | None) -> tuple[int, int]:
    """A pair of counters as read back; an absent pair is (0, 0)."""
    if value is None:
        return (0, 0)
    first, second = _COUNTS.unpack(value)
    return first, second


class Writes(Generic[R]):
    """What a mutation decided: the values to put, the counters to move, and the answer for its caller."""

    __slots__ = ("counts", "puts", "result")

    def __init__(self, puts: dict[bytes, bytes | None], counts: dict[bytes, tuple[int, int]] | None, result: R) -> None:
        self.puts = puts
        """New values by key; None deletes the key."""
        self.counts = counts
        """Pairs of increments by key. Increments commute, so a store may fold or shard them; a `get` of the key
        answers `encode_counts` of the sums. Their keys lie under `COUNTERS`. A mutation that reads a counter sees
        all that was acknowledged before it began; it may miss what another process commits at the same moment."""
        self.result = result


Decide = Callable[[Sequence[bytes | None]], Writes[R]]
"""A pure function from the old values of a mutation's keys, in the order of its `reads`, to its writes. It may be
called more than once (a store that retries), raises an `ApiError` to refuse, and then nothing is written."""


class Reader(Protocol):
    """Reads from one consistent view."""

    async def get(self, key: bytes) -> bytes | None: ...

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """The values in the order of `keys`, all from one view."""
        ...

    async def scan(
        self, start: bytes, stop: bytes, *, limit: int, bytes_max: int, reverse: bool = False
    ) -> list[tuple[bytes, bytes]]:
        """The pairs with start <= key < stop, in key order (from the end when `reverse`).

        Stops after `limit` pairs, or with the pair that brings the sum of value lengths to `bytes_max` or more;
        so fewer than `limit` pairs and fewer than `bytes_max` bytes mean that the range is exhausted."""
        ...


class Snapshot(Reader, Protocol):
    """A view that stays as it was when it was taken, however long it is read."""

    def close(self) -> None: ...


class Store(Reader, Protocol):
    """An ordered key-value store with atomic, durable, serial commits. Reads see the latest commit."""

    async def start(self) -> None:
        """Make sure that the store can be used: reach it, bring its format up to date. Raises StoreError.

        A store that was not started does so with its first call. Must be awaited in a task."""
        ...

    async def commit(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        """Run `decide` on the values of `reads` and write what it decides, atomically.

        Returns the decision's result once its writes are durable. What `decide` raises is raised here.
        Commits that wait at the same time share one group: one fsync, or one round trip.
        """
        ...

    def snapshot(self) -> Snapshot: ...

    def refresh(self) -> None:
        """Take note of what other processes committed, and call the watchers it concerns. Costs well under a
        microsecond when there is nothing new. Every read does it too; a request does it once before it consults
        anything cached from the store. A store across a network takes note with the next answer it gets instead: who
        relied on something cached looks, after its read, whether it still holds."""
        ...

    async def catch_up(self) -> None:
        """Like `refresh`, and takes note of every commit acknowledged before the call on any store, at the price of a
        round trip where there is a network."""
        ...

    def watch(self, prefix: bytes, changed: Callable[[], Any]) -> None:
        """Call `changed` whenever a commit, of this or another process, touches a key that starts with `prefix`,
        before any read of this store shows that commit, and perhaps at other times. The prefix lies under `WATCHED`."""
        ...

    def describe(self) -> dict[str, Any]:
        """What an operator wants to see: kind, path, bytes on disk, durability, commit counts."""
        ...

    async def close(self) -> None:
        """Finish what was begun, then release everything. Idempotent."""
        ...


class StoreError(Exception):
    """A store could not do what was asked. The edge turns it into an internal or throttling error; the command
    line into one line and a non-zero exit."""


class StoreUnavailable(StoreError):
    """Closed, unreachable or failed; nothing is known to be lost."""


class StoreBusy(StoreError):
    """Too much is waiting; trying again later helps."""


class StoreFull(StoreError):
    """No space is left."""


class StoreReadOnly(StoreError):
    """The place cannot be written."""


class StoreLocked(StoreError):
    """Somebody else holds it and does not share."""


class StoreDamaged(StoreError):
    """A checksum or structure is wrong; says where."""


class StoreTooNew(StoreError):
    """Written by a newer version of Slipring than this one."""
