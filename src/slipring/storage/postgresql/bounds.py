"""Groups that fit a transaction of a server that bounds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slipring.storage.contract import GUARDS, Decide, R, StoreError, Writes
from slipring.storage.postgresql.group import Group, Seen, Value
from slipring.storage.postgresql.profiles import Bounds

_ROW_BYTES = 64
"""More than a row takes beside its key and its value."""
_COPY_BYTES = 128
"""More than a copy of a guard takes."""


class GroupIsFull(Exception):
    """What was decided has to wait for the next transaction; it did not join the group."""


class BoundedGroup(Group):
    """A group of which each mutation still fits."""

    __slots__ = ("_bounds", "_bytes", "_copies", "_has_decided", "_keys", "_rows")

    def __init__(self, seen: Seen, bounds: Bounds, buckets: int) -> None:
        super().__init__(seen)
        self._bounds = bounds
        self._copies = max(buckets, 1)
        self._keys: set[bytes] = set()
        """Those whose rows are reckoned with. One that is only read counts too: its row is written to hold it."""
        self._rows = 1 + self._copies
        """A mark, and the version of what is watched."""
        self._bytes = self._rows * _ROW_BYTES
        self._has_decided = False

    def decide(self, reads: Sequence[bytes], decide: Decide[R]) -> R:
        """See `Group.decide`. Raises GroupIsFull, and StoreError if the mutation is too large by itself."""
        self._reckon(reads, ())

        def decide_within(old: Sequence[Value]) -> Writes[R]:
            writes = decide(old)
            self._reckon([*writes.puts, *(writes.counts or ())], writes.puts.values())
            return writes

        try:
            return super().decide(reads, decide_within)
        finally:
            self._has_decided = True

    def _reckon(self, keys: Sequence[bytes], values: Iterable[Value]) -> None:
        new = {key for key in keys if key not in self._keys}
        copied = sum([key.startswith(GUARDS) for key in new])
        rows = self._rows + len(new) + copied * (self._copies - 1)
        size = self._bytes + sum([len(key) + _ROW_BYTES for key in new]) + sum([len(value or b"") for value in values])
        size += copied * (self._copies - 1) * _COPY_BYTES
        if rows > self._bounds.rows or size > self._bounds.bytes:
            if self._has_decided:
                raise GroupIsFull
            raise StoreError(
                f"a commit of {rows} rows and {size} bytes is more than a transaction on this server may write:"
                f" {self._bounds.rows} rows and {self._bounds.bytes} bytes"
            )
        self._keys |= new
        self._rows, self._bytes = rows, size
