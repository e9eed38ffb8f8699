"""What goes on beside requests, apart from the engine's own work: scrubbing, archiving, sealing values anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipring.admin.archive_calls import archive_samples
from slipring.admin.samples import Samples
from slipring.admin.stored import renewal_samples, scrub_samples
from slipring.clock import Ids
from slipring.engine.archive.archiver import Archiver
from slipring.engine.archive.destinations import Destination
from slipring.engine.engine import Engine
from slipring.engine.scrub.passes import Passes
from slipring.settings import Settings

if TYPE_CHECKING:
    from slipring.engine.renewal import Renewal


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The work of one process on one store; what was not asked for is None."""

    scrubs: Passes
    archiver: Archiver | None
    renewal: Renewal | None

    def start(self) -> None:
        """Begin, in the running event loop."""
        for each in self._there():
            each.start()

    async def stop(self) -> None:
        for each in self._there():
            await each.stop()

    def samples(self) -> Samples:
        return {
            **scrub_samples(self.scrubs),
            **archive_samples(self.archiver),
            **renewal_samples(self.renewal),
        }

    def _there(self) -> list[Passes | Archiver | Renewal]:
        return [each for each in (self.archiver, self.scrubs, self.renewal) if each is not None]


def upkeep_of(engine: Engine, settings: Settings, ids: Ids, destination: Destination | None) -> Upkeep:
    """What the settings ask for, archiving to a destination if there is one. It is not begun."""
    store, clock = engine.store, engine.clock
    archiver = None
    if destination is not None:
        interval_s, days = settings.archive_interval_s, settings.archive_days
        archiver = Archiver(store, engine.catalog, clock, ids, destination, interval_s, days)
    return Upkeep(Passes(store, clock, ids, settings.scrub_interval_s), archiver, _renewal(engine, ids))


def _renewal(engine: Engine, ids: Ids) -> Renewal | None:
    """What seals the values of an encrypted store anew."""
    if not engine.encrypted:
        return None
    from slipring.engine.renewal import Renewal
    from slipring.storage.encryption.store import EncryptedStore

    assert isinstance(engine.store, EncryptedStore)
    return Renewal(engine.store, engine.clock, ids)
