"""The rules in force, and what they have struck."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from slipring.faults.calls import Call
from slipring.faults.effects import Effect, StaleRead
from slipring.faults.parsing import parse_rule
from slipring.faults.rules import Rule


@dataclass(slots=True)
class Active:
    """A rule in force."""

    number: int
    """Its name, and what it draws by; counts from 1."""
    told: dict[str, Any]
    """As it was given."""
    rule: Rule
    fitting: int = 0
    """How many calls fitted."""
    struck: int = 0
    """How many of them it struck."""

    def describe(self) -> dict[str, Any]:
        return {"id": self.number, **self.told, "fitting": self.fitting, "struck": self.struck}


class Verdict(NamedTuple):
    """What happens to a call."""

    delay_s: float
    effect: Effect | None


class Faults:
    """The rules of one server. They are asked in the order in which they were added; the first effect counts, and
    delays before it add up."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.changed: Callable[[], object] = lambda: None
        """Called when rules come or go."""
        self._active: list[Active] = []
        self._last = 0

    def __bool__(self) -> bool:
        return bool(self._active)

    def add(self, told: Mapping[str, Any]) -> Active:
        """Put a rule in force. Raises RuleInvalid."""
        rule = parse_rule(told)
        self._last += 1
        active = Active(self._last, dict(told), rule)
        self._active.append(active)
        self.changed()
        return active

    def remove(self, numbers: Iterable[int] | None = None) -> int:
        """Take rules out of force, or all; how many there were."""
        gone = {each.number for each in self._active} if numbers is None else set(numbers)
        kept = [each for each in self._active if each.number not in gone]
        count = len(self._active) - len(kept)
        self._active = kept
        self.changed()
        return count

    def describe(self) -> dict[str, Any]:
        return {"seed": self.seed, "rules": [each.describe() for each in self._active]}

    def lag_s(self) -> float:
        """The longest lag of any rule; 0 if none makes reads stale."""
        effects = [each.rule.effect for each in self._active]
        return max([effect.lag_s for effect in effects if isinstance(effect, StaleRead)], default=0.0)

    def strike(self, call: Call) -> Verdict:
        """What happens to a call."""
        delay_s = 0.0
        for each in self._active:
            rule = each.rule
            if not rule.fits(call):
                continue
            each.fitting += 1
            if not rule.strikes(self.seed, each.number, each.fitting, each.struck):
                continue
            each.struck += 1
            delay_s += rule.delay_s(self.seed, each.number, each.fitting)
            if rule.effect is not None:
                return Verdict(delay_s, rule.effect)
        return Verdict(delay_s, None)
