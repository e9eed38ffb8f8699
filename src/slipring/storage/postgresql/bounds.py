"""Groups that fit a transaction of a server that bounds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slipring.storage.contract import Decide, R, StoreError, Writes
from slipring.storage.postgresql.group import Group, Seen, Value
from slipring.storage.postgresql.profiles import Bounds

_ROW_BYTES = 64
"""More than a row takes beside its key and its value."""
_OTHER_ROWS = 2
"""The committer's mark, and the version of what is watched."""


class GroupIsFull(Exception):
    """What was decided has to wait for the next transaction; it did not join the group."""


class BoundedGroup(Group):
    """A group of which each mutation still fits."""

    __slots__ = ("_bounds", "_bytes", "_has_decided", "_keys")

    def __init__(self, seen: Seen, bounds: Bounds) -> None:
        super().__init__(seen)
        self._bounds = bounds
        self._keys: set[bytes] = set()
        """Those whose rows are reckoned with. One that is only read counts too: its row is written to hold it."""
        self._bytes = _OTHER_ROWS * _ROW_BYTES
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
        size = self._bytes + sum([len(key) + _ROW_BYTES for key in new]) + sum([len(value or b"") for value in values])
        rows = _OTHER_ROWS + len(self._keys) + len(new)
        if rows > self._bounds.rows or size > self._bounds.bytes:
            if self._has_decided:
                raise GroupIsFull
            raise StoreError(
                f"a commit of {rows} rows and {size} bytes is more than a transaction on this server may write:"
                f" {self._bounds.rows} rows and {self._bounds.bytes} bytes"
            )
        self._keys |= new
        self._bytes = size
