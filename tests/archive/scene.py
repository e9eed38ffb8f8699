"""A deployment that is written at random and archived, and what is rebuilt from its archive."""

from __future__ import annotations

from random import Random

from slipring.clock import Ids, ManualClock
from slipring.engine.archive import manifests, moments
from slipring.engine.archive.archiver import Archiver
from slipring.engine.archive.destinations import Destination
from slipring.engine.archive.rebuild import rebuild, size_of
from slipring.engine.scrub.findings import Watch
from slipring.engine.scrub.run import scrub
from slipring.storage.memory import MemoryStore
from tests.engine.running import Process
from tests.engine.test_recovery import History

HOUR = 3600.0


class Scene:
    """A deployment under random writes, and its archiver."""

    def __init__(self, destination: Destination, random: Random | None = None, kept_days: int = 1) -> None:
        self.store = MemoryStore()
        self.clock = ManualClock()
        self.process = Process(self.store, self.clock)
        self.destination = destination
        self.kept_days = kept_days
        self.history = History(self.process, self.clock, random or Random(3), "things", keys=200)
        self.archiver = self.new_archiver()

    def new_archiver(self) -> Archiver:
        catalog = self.process.engine.catalog
        return Archiver(self.store, catalog, self.clock, Ids(), self.destination, 10.0, self.kept_days)

    async def write(self, count: int) -> None:
        """So many writes, and, as some change nothing, more if all did so."""
        before = dict(self.history.items)
        while count > 0:
            self.clock.advance(0.5)
            await self.history.write()
            count -= 1 if count > 1 or self.history.items != before else 0

    def manifest(self) -> manifests.Manifest:
        return manifests.newest(self.destination).manifest

    async def rebuilt(self, moment: moments.Moment | None = None) -> Process:
        """Another deployment, from the archive: as it was last, or at a moment."""
        process = Process(MemoryStore(), self.clock)
        if moment is None:
            moment = moments.newest(self.manifest())
        advanced: list[int] = []
        await rebuild(process.engine.store, self.destination, moment, self.clock.now(), advanced.append)
        assert sum(advanced) == size_of(moment)
        assert (await scrub(process.engine.store, Watch(lambda _: None, lambda _: None))).findings == []
        return process
