"""Callbacks for changes under key prefixes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from slipring.storage.contract import WATCHED

Changed = Callable[[], Any]


class Watchers:
    """Who wants to know when a key that starts with a prefix is written."""

    __slots__ = ("_watches", "prefixes")

    def __init__(self) -> None:
        self._watches: list[tuple[bytes, Changed]] = []
        self.prefixes: tuple[bytes, ...] = ()

    def add(self, prefix: bytes, changed: Changed) -> None:
        if not prefix.startswith(WATCHED):
            raise ValueError(f"{prefix!r} is not under what can be watched")
        self._watches.append((prefix, changed))
        self.prefixes = tuple({prefix for prefix, _ in self._watches})

    def notify(self, keys: Iterable[bytes]) -> None:
        """Call each watcher that one of `keys` concerns, once."""
        prefixes = self.prefixes
        if not prefixes:
            return
        touched = [key for key in keys if key.startswith(prefixes)]
        if touched:
            for prefix, changed in self._watches:
                if any(key.startswith(prefix) for key in touched):
                    changed()

    def notify_all(self) -> None:
        """Call every watcher: what changed is not known."""
        for _, changed in self._watches:
            changed()
