"""Fault rules of a server in this process, put in force and taken back by the thread that tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slipring.testing.server import Server


class FaultRules:
    """Rules for all calls, or for those of one namespace."""

    def __init__(self, server: Server, namespace: str | None = None) -> None:
        self._server = server
        self._namespace = namespace
        self._added: list[int] = []

    def add(self, **rule: Any) -> int:
        """Put a rule in force; its id. The members are those of docs/faults.md:
        `add(operation="PutItem", error="ThrottlingException", times=1)`. Raises `slipring.faults.parsing.RuleInvalid`.
        """
        number = self._server.wait_for(self._add({**rule, "namespace": self._namespace}))
        self._added.append(number)
        return number

    def remove(self, rule_id: int) -> None:
        """Take a rule out of force."""
        self._added.remove(rule_id)
        self._server.wait_for(self._remove([rule_id]))

    def clear(self) -> None:
        """Take all of them out of force."""
        if self._added:
            added, self._added = self._added, []
            self._server.wait_for(self._remove(added))

    def struck(self, rule_id: int) -> int:
        """How many calls a rule has struck."""
        for each in self._server.running.faults.describe()["rules"]:
            if each["id"] == rule_id:
                return int(each["struck"])
        raise KeyError(rule_id)

    async def _add(self, told: dict[str, Any]) -> int:
        return self._server.running.faults.add(told).number

    async def _remove(self, numbers: list[int]) -> None:
        self._server.running.faults.remove(numbers)
