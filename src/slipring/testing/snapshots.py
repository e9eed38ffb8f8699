"""Snapshots of a server in this process, by the thread that tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from slipring.engine.snapshots import loading
from slipring.engine.snapshots.saved import Snapshots, Summary, settled
from slipring.storage.contract import Snapshot

if TYPE_CHECKING:
    from slipring.testing.server import Server


class SnapshotsHere:
    """Snapshots of everything, or of one namespace."""

    def __init__(self, server: Server, namespace: str | None = None) -> None:
        self._server = server
        self._namespace = namespace
        self._prefix = "" if namespace is None else f"{namespace}/"

    def save(self, name: str) -> None:
        """Keep what there is now under a name. Raises `slipring.engine.snapshots.errors.SnapshotError`."""
        self._server.wait_for(self._snapshots.save(self._prefix + name, self._namespace))

    def load(self, name: str) -> None:
        """Go back to it: what was made since is gone, what was removed is there again."""
        self._server.wait_for(self._snapshots.load(self._prefix + name))

    def names(self) -> list[str]:
        """The names there are, in order."""
        return [each.name.removeprefix(self._prefix) for each in self._all()]

    def diff(self, name: str, other: str | None = None) -> list[dict[str, Any]]:
        """What changed from one to another, or to now: table by table, items counted and the first hundred named."""
        against = None if other is None else self._prefix + other
        found = self._server.wait_for(self._snapshots.diff(self._prefix + name, against))
        return [each.as_json() for each in found]

    def delete(self, name: str) -> None:
        self._server.wait_for(self._snapshots.delete(self._prefix + name))

    def clear(self) -> None:
        """Delete all of them."""
        for name in self.names():
            self.delete(name)

    @contextmanager
    def rollback(self) -> Iterator[None]:
        """Whatever is done within is taken back at the end."""
        view = self._server.wait_for(self._view())
        try:
            yield
        finally:
            self._server.wait_for(self._go_back(view))

    @property
    def _snapshots(self) -> Snapshots:
        return self._server.running.assembly.snapshots

    def _all(self) -> list[Summary]:
        found = self._server.wait_for(self._snapshots.all())
        return [each for each in found if each.namespace == self._namespace]

    async def _view(self) -> Snapshot:
        return self._server.engine.store.snapshot()

    async def _go_back(self, view: Snapshot) -> None:
        try:
            contents = await settled(view, self._namespace)
            await loading.load(self._server.engine, view, contents, self._namespace)
        finally:
            view.close()
