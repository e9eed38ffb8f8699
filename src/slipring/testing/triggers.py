"""Triggers of a server in this process, put in force and taken back by the thread that tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slipring.triggers.specification import read_triggers
from slipring.triggers.targets import Function, open_target, opened_to

if TYPE_CHECKING:
    from slipring.testing.server import Server
    from slipring.triggers.triggers import Triggers

Handler = Callable[[dict[str, Any], Any], Any]
"""A Lambda handler: it takes an event and a context."""


class TriggersHere:
    """What is called for changes of tables, anywhere or in one namespace."""

    def __init__(self, server: Server, namespace: str | None = None) -> None:
        self._server = server
        self._namespace = namespace
        self._added: list[str] = []
        self._count = 0

    def add(self, table: str, target: Handler | str, **options: Any) -> str:
        """Call a function, or what else docs/triggers.md knows, for each change of a table; the trigger's name. The
        options are those of that page: `add("orders", on_order, batch=1)`.

        Raises ValueError for an option that cannot be, and `slipring.triggers.targets.TargetUnknown`."""
        self._count += 1
        name = f"{self._namespace or ''}/{table}/{self._count}"
        text = target if isinstance(target, str) else f"python:{_name_of(target)}"
        (trigger,) = read_triggers([{"name": name, "table": table, "target": text, **options}])
        called = open_target(target) if isinstance(target, str) else Function(_name_of(target), target)
        self._server.wait_for(self._triggers.add(opened_to(replace(trigger, namespace=self._namespace), called)))
        self._added.append(trigger.name)
        return trigger.name

    def wait(self, within_s: float = 10.0) -> None:
        """Return once everything that is in the streams by now has been taken. Raises TimeoutError, which names the
        triggers that did not take it in time; the log tells what they raised."""
        behind = set(self._server.wait_for(self._triggers.caught_up(within_s))) & set(self._added)
        if behind:
            raise TimeoutError(f"behind after {within_s:g} s: {', '.join(sorted(behind))}")

    def remove(self, name: str) -> None:
        """Call it no more."""
        self._added.remove(name)
        self._server.wait_for(self._triggers.remove(name))

    def clear(self) -> None:
        """Call none of them any more."""
        for name in list(self._added):
            self.remove(name)

    @property
    def _triggers(self) -> Triggers:
        return self._server.running.assembly.triggers


def _name_of(handler: Handler) -> str:
    name: str = getattr(handler, "__name__", type(handler).__name__)
    return name
