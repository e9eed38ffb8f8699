"""Writes held in memory, newest layer over oldest, and reads through them.

A layer is a dict with an ordered index of its keys that is only brought up to date when a scan needs it, so a write
costs a dict insertion. A key's value in the newest layer that has the key is the one that counts; None hides what
lies beneath.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Protocol

from slipring.storage.gaps import GAP_KEYS_MIN, Gaps
from slipring.storage.sorted_keys import SortedKeys

Pair = tuple[bytes, bytes]

_FIRST_BATCH_PAIRS = 32
_BATCH_PAIRS_MAX = 1024


class Base(Protocol):
    """What lies beneath the layers: it hides nothing, so it holds no None."""

    def pairs(self, start: bytes, stop: bytes, count: int, *, reverse: bool) -> list[Pair]:
        """At most `count` pairs of the range, the lowest ones ascending or the highest ones descending."""
        ...


class Layer:
    """Values by key; None says that the key is deleted."""

    __slots__ = ("_fresh", "_index", "generation", "values")

    def __init__(self, generation: int = 0) -> None:
        self.generation = generation
        """Layers of different generations are never merged."""
        self.values: dict[bytes, bytes | None] = {}
        self._index = SortedKeys()
        self._fresh: set[bytes] = set()

    def put_all(self, puts: Mapping[bytes, bytes | None]) -> None:
        values = self.values
        for key in puts:
            if key not in values:
                self._fresh.add(key)
        values.update(puts)

    def keys_between(self, start: bytes, stop: bytes, count: int, *, reverse: bool) -> list[bytes]:
        """At most `count` keys of the range, deleted ones included, in the order of the scan."""
        if self._fresh:
            self._index.add_all(self._fresh)
            self._fresh = set()
        return self._index.between(start, stop, count, reverse=reverse)


class BottomLayer(Layer):
    """The layer with nothing beneath it: a deleted key is gone. It is a `Base`."""

    __slots__ = ()

    def put_all(self, puts: Mapping[bytes, bytes | None]) -> None:
        values = self.values
        for key, value in puts.items():
            if value is not None:
                if key not in values:
                    self._fresh.add(key)
                values[key] = value
            elif key in values:
                self._forget(key)

    def pairs(self, start: bytes, stop: bytes, count: int, *, reverse: bool) -> list[Pair]:
        keys = self.keys_between(start, stop, count, reverse=reverse)
        return list(zip(keys, map(self.values.__getitem__, keys), strict=True))  # type: ignore[arg-type]

    def _forget(self, key: bytes) -> None:
        del self.values[key]
        if key in self._fresh:
            self._fresh.remove(key)
        else:
            self._index.remove(key)


class Pin:
    """What a snapshot holds: the layers as they were, newest first."""

    __slots__ = ("layers", "top")

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self.layers = layers
        self.top = layers[0]


class LayerStack:
    """Layers, newest first, of which the newest takes writes until a snapshot pins it."""

    __slots__ = ("_pins", "gaps", "layers")

    def __init__(self, bottom: Layer) -> None:
        self.layers: tuple[Layer, ...] = (bottom,)
        self.gaps = Gaps()
        """Where nothing is live in what all layers and the base show together."""
        self._pins: list[Pin] = []

    def put_all(self, puts: Mapping[bytes, bytes | None]) -> None:
        top = self.layers[0]
        if self._pins and self._is_pinned(top):
            top = Layer(top.generation)
            self.layers = (top, *self.layers)
        top.put_all(puts)
        if self.gaps:
            self.gaps.fill(puts)

    def begin(self, generation: int) -> None:
        """Put a new layer on top, for the writes of another generation."""
        self.layers = (Layer(generation), *self.layers)

    def drop(self, generation: int) -> None:
        """Forget the layers of a generation and of those before it."""
        self.layers = tuple([layer for layer in self.layers if layer.generation > generation])

    def pin(self) -> Pin:
        """Keep what is there now readable through the pin, unchanged by later writes."""
        pin = Pin(self.layers)
        self._pins.append(pin)
        return pin

    def unpin(self, pin: Pin) -> None:
        """Release a pin and merge the layers that only it kept apart."""
        self._pins.remove(pin)
        kept = [self.layers[0]]
        for lower in self.layers[1:]:
            upper = kept[-1]
            if upper.generation != lower.generation or self._is_pinned(lower):
                kept.append(lower)
            else:
                lower.put_all(upper.values)
                self._move_pins(upper, lower)
                kept[-1] = lower
        self.layers = tuple(kept)

    def _is_pinned(self, layer: Layer) -> bool:
        return any(pin.top is layer for pin in self._pins)

    def _move_pins(self, upper: Layer, lower: Layer) -> None:
        for pin in self._pins:
            if pin.top is upper:
                pin.top = lower


def scan(
    layers: Sequence[Layer],
    base: Base,
    start: bytes,
    stop: bytes,
    limit: int,
    bytes_max: int,
    reverse: bool,
    gaps: Gaps | None = None,
) -> list[Pair]:
    """The pairs that a scan of `base` under `layers` (newest first) answers; see `contract.Reader.scan`.

    `gaps` are those of the same layers and base: where they know of nothing live the scan does not look, and they learn
    what it finds."""
    found: list[Pair] = []
    bytes_left = bytes_max
    count = min(_FIRST_BATCH_PAIRS, limit)
    walk = _Walk(start, stop, reverse)
    edge: bytes | None = b""
    while limit > 0:
        if gaps:
            start, stop = (start, gaps.before(stop)) if reverse else (gaps.after(start), stop)
        if edge is None or start >= stop:
            walk.note(gaps, None)
            break
        pairs, edge, hidden = _merged(layers, base, start, stop, count, reverse)
        walk.hidden += hidden
        kept, bytes_kept = _within(pairs, limit, bytes_left)
        if kept:
            walk.note(gaps, pairs[0][0])
            walk.at = pairs[-1][0]
        found += pairs if kept == len(pairs) else pairs[:kept]
        limit -= kept
        bytes_left -= bytes_kept
        if bytes_left <= 0:
            break
        if edge is not None:
            start, stop = (start, edge) if reverse else (edge + b"\0", stop)
        count = min(_BATCH_PAIRS_MAX, 2 * count)
        if bytes_kept:
            count = min(count, limit, bytes_left * kept // bytes_kept + 1)
    return found


class _Walk:
    """Where a scan has found nothing live since."""

    __slots__ = ("_reverse", "_start", "_stop", "at", "hidden")

    def __init__(self, start: bytes, stop: bytes, reverse: bool) -> None:
        self._start = start
        self._stop = stop
        self._reverse = reverse
        self.at: bytes | None = None
        """The last live key."""
        self.hidden = 0
        """About how many deleted keys came after it."""

    def note(self, gaps: Gaps | None, live: bytes | None) -> None:
        """The next live key is found, or there is none: note what lies between if it is worth it."""
        if self.hidden >= GAP_KEYS_MIN and gaps is not None:
            if self._reverse:
                start, stop = live, self.at
            else:
                start, stop = self.at, live
            gaps.add(self._start if start is None else start + b"\0", self._stop if stop is None else stop)
        self.hidden = 0


def _merged(
    layers: Sequence[Layer], base: Base, start: bytes, stop: bytes, count: int, reverse: bool
) -> tuple[list[Pair], bytes | None, int]:
    """The live pairs of one batch, the last key that it covers (None: the whole range), and about how many are hidden.

    Every source gives at most `count` keys; one that gave so many may have more, so only keys up to the nearest of
    such sources' last keys are known to be complete.
    """
    pairs = base.pairs(start, stop, count, reverse=reverse)
    edges = [pairs[-1][0]] if len(pairs) == count else []
    touched: list[tuple[list[bytes], Layer]] = []
    for layer in layers:
        keys = layer.keys_between(start, stop, count, reverse=reverse)
        if keys:
            touched.append((keys, layer))
            if len(keys) == count:
                edges.append(keys[-1])
    edge = (max(edges) if reverse else min(edges)) if edges else None
    if not touched:
        return pairs, edge, 0
    merged: dict[bytes, bytes | None] = dict(pairs)
    for keys, layer in reversed(touched):
        merged.update(zip(keys, map(layer.values.__getitem__, keys), strict=True))
    live = [(key, value) for key, value in merged.items() if value is not None]
    live.sort(reverse=reverse)
    return _up_to(live, edge, reverse), edge, len(merged) - len(live)


def _up_to(pairs: list[Pair], edge: bytes | None, reverse: bool) -> list[Pair]:
    if edge is None:
        return pairs
    if reverse:
        return [pair for pair in pairs if pair[0] >= edge]
    return [pair for pair in pairs if pair[0] <= edge]


def _within(pairs: list[Pair], limit: int, bytes_left: int) -> tuple[int, int]:
    """How many leading pairs a scan takes, and the sum of their value lengths."""
    lengths = [len(value) for _, value in pairs[:limit]]
    total = sum(lengths)
    if total < bytes_left:
        return len(lengths), total
    sums = list(accumulate(lengths))
    if not sums:
        return 0, 0
    kept = min(bisect_left(sums, bytes_left) + 1, len(sums))
    return kept, sums[kept - 1]
