"""What carries out the operations: the operations themselves, or, while there are rules, a door that asks them."""

from __future__ import annotations

from collections.abc import Callable

from slipring.clock import Clock
from slipring.faults.active import Faults
from slipring.faults.api import Api, FaultyApi, Over
from slipring.storage.contract import Store


class Switch:
    """Tells, at first and whenever rules come or go, who answers from now on. So no call looks for rules while there
    are none."""

    def __init__(
        self, faults: Faults, store: Store, over: Over, clock: Clock, answer_by: Callable[[Api], object]
    ) -> None:
        self._faults = faults
        self._faulty = FaultyApi(faults, store, over, clock)
        self._plain = over(store)
        self._answer_by = answer_by
        faults.changed = self._choose
        self._choose()

    def _choose(self) -> None:
        if not self._faults:
            self._faulty.release()
        self._answer_by(self._faulty if self._faults else self._plain)
