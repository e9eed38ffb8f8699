"""Terms on a key as a range of keys, and where that lies among the sort keys.

A statement may say several things of a sort key (`sk > 1 AND sk <= 5`); one range is read that covers them, and a
filter does the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from slipring.expressions.key_conditions import KeyRange, KeyTerm
from slipring.model.keys import KeyType, encode, escape, successor
from slipring.partiql.binding import bind_keys
from slipring.partiql.statements import Values

KeyAttribute = tuple[str, KeyType]
"""An attribute's name and type."""

# Every sort key is encoded behind one byte, so that there are places before the first and after the last of them.
_LEAD = b"\x01"
_START = b""
_END = b"\x02"


class Interval(NamedTuple):
    """Sort keys from `start` up to `stop`, encoded so that they sort as the service sorts."""

    start: bytes
    stop: bytes

    @property
    def is_empty(self) -> bool:
        return self.start >= self.stop


WHOLE = Interval(_START, _END)
"""All sort keys of a hash key."""


class KeyPlanner:
    """Makes key ranges for one table or index and one statement's values."""

    __slots__ = ("_types", "_values", "hash_key", "range_key")

    def __init__(self, values: Values, hash_key: KeyAttribute, range_key: KeyAttribute | None) -> None:
        self.hash_key = hash_key
        self.range_key = range_key
        self._values = values
        self._types = dict([hash_key] if range_key is None else [hash_key, range_key])

    def hash_of(self, keys: KeyRange) -> bytes:
        """The hash key of a range, encoded so that it sorts as the service sorts."""
        return encode(self.hash_key[1], keys.hash_values[0])

    def plan(self, hash_term: KeyTerm, terms: Sequence[KeyTerm]) -> tuple[KeyRange, Interval]:
        """A range that covers what all of `terms` say of the sort key, and the interval that is exactly that.

        Raises ValidationException for values that do not fit the key schema.
        """
        if not terms:
            return self._bind(hash_term), WHOLE
        ranges = [self._bind(hash_term, term) for term in terms]
        intervals = [self._interval(keys) for keys in ranges]
        first = max(range(len(terms)), key=lambda number: intervals[number].start)
        last = min(range(len(terms)), key=lambda number: intervals[number].stop)
        interval = Interval(intervals[first].start, intervals[last].stop)
        covering = _covering(terms[first], terms[last])
        if covering is None or interval.is_empty:
            return ranges[first], interval
        return self._bind(hash_term, covering), interval

    def _bind(self, *terms: KeyTerm) -> KeyRange:
        range_name = None if self.range_key is None else self.range_key[0]
        return bind_keys(terms, self._values, self.hash_key[0], range_name, self._types)

    def _interval(self, keys: KeyRange) -> Interval:
        """Where a range with one condition on the sort key lies."""
        assert self.range_key is not None
        kind = self.range_key[1]
        if keys.operator is None:
            only = _LEAD + encode(kind, keys.range_values[0])
            return Interval(only, successor(only))
        if keys.operator == "begins_with":
            assert kind != "N", "begins_with is refused for numbers"
            prefix = _LEAD + escape(kind, keys.operands[0])
            return Interval(prefix, successor(prefix))
        low, high = [_LEAD + encode(kind, operand) for operand in (keys.operands[0], keys.operands[-1])]
        starts = {">": successor(low), ">=": low, "BETWEEN": low}
        stops = {"<": high, "<=": successor(high), "BETWEEN": successor(high)}
        return Interval(starts.get(keys.operator, _START), stops.get(keys.operator, _END))


def _covering(first: KeyTerm, last: KeyTerm) -> KeyTerm | None:
    """One term that covers what lies behind the start of `first` and before the stop of `last`; None: `first` does."""
    if first is last:
        return None
    if last.operator in ("=", "begins_with"):
        return last
    if first.operator == "=" or last.operator in (">", ">="):
        return None
    if first.operator in ("<", "<="):
        return last
    return KeyTerm(first.name, "BETWEEN", (first.placeholders[0], last.placeholders[-1]))
