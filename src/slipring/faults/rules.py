"""Rules: which calls, how often, and to what effect. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from slipring.faults.calls import Call
from slipring.faults.draws import draw
from slipring.faults.effects import Effect, StaleRead
from slipring.model.attribute_values import Item


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which calls a rule is about: those that fit all that is given here."""

    operations: frozenset[str] = frozenset()
    """Empty for all."""
    table: str | None = None
    index: str | None = None
    key: Item = field(default_factory=dict)
    """Attributes of a key, or of an item that is put, in normal form."""
    access_key: str | None = None
    namespace: str | None = None

    def fits(self, call: Call) -> bool:
        if self.operations and call.operation not in self.operations:
            return False
        if self.access_key is not None and call.caller.access_key != self.access_key:
            return False
        if self.namespace is not None and call.caller.namespace != self.namespace:
            return False
        if self.index is not None and call.index != self.index:
            return False
        if self.key:
            return any(self._names(table, item) for table, item in call.items)
        return self.table is None or self.table in call.tables

    def _names(self, table: str, item: Item) -> bool:
        return self.table in (None, table) and all(item.get(name) == value for name, value in self.key.items())


@dataclass(frozen=True, slots=True)
class Timing:
    """Which of the calls that fit are struck."""

    probability: float = 1.0
    nth: int | None = None
    """Only the so-manieth call that fits, the first being 1."""
    times: int | None = None
    """So many calls and no more."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Its effect may be none, when it only delays."""

    pattern: Pattern
    timing: Timing
    effect: Effect | None
    latency_s: tuple[float, float] = (0.0, 0.0)
    """How long a struck call waits at least and at most."""

    def fits(self, call: Call) -> bool:
        if isinstance(self.effect, StaleRead) and not _is_eventual(call):
            return False
        return self.pattern.fits(call)

    def strikes(self, seed: int, number: int, fitting: int, struck: int) -> bool:
        """Whether the rule, the so-manieth of its server, strikes the call with which the count of those that fit
        becomes `fitting`; it struck `struck` before."""
        timing = self.timing
        if timing.times is not None and struck >= timing.times:
            return False
        if timing.nth is not None and fitting != timing.nth:
            return False
        return timing.probability >= 1.0 or draw(seed, number, fitting) < timing.probability

    def delay_s(self, seed: int, number: int, fitting: int) -> float:
        """How long that call waits."""
        least, most = self.latency_s
        return least if least == most else least + (most - least) * draw(seed, number, fitting, "latency")


_READS = frozenset(("BatchGetItem", "GetItem", "Query", "Scan"))


def _is_eventual(call: Call) -> bool:
    """Whether a call is a read that may be behind: one that does not ask to be consistent."""
    return call.operation in _READS and not call.is_consistent
