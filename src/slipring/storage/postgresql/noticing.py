"""Noticing what other processes committed under `WATCHED`.

Every such commit writes a new version into the database, and every read and commit fetches the version along with what
it wants, in the same view. A version that is not the one known is told to the watchers before the answer is used.
"""

from __future__ import annotations

from slipring.clock import Clock
from slipring.storage.watchers import Watchers

_LAG_SECONDS = 1.0
"""How long the copies of a version may differ while a commit reaches them. One that comes back later was restored."""


class Noticing:
    """The version that this process knows."""

    __slots__ = ("_clock", "_superseded", "_version", "watchers")

    def __init__(self, clock: Clock | None = None) -> None:
        """With a clock where the version has copies, in buckets that a commit reaches one after the other."""
        self.watchers = Watchers()
        self._clock = clock
        self._version: bytes | None = None
        self._superseded: dict[bytes | None, float] = {}
        """When versions were superseded, of those that may still be met."""

    def saw(self, version: bytes | None) -> None:
        """A view of the store held this version; None if nothing under `WATCHED` was ever committed."""
        if version != self._version:
            if self._clock is not None and self._lags(version, self._clock.monotonic()):
                return
            self._version = version
            self.watchers.notify_all()

    def wrote(self, version: bytes) -> None:
        """This process itself committed this version.

        All watchers are told: another process may have committed between what this one saw and its commit, and
        the version that told of that is overwritten now."""
        self.saw(version)

    def _lags(self, version: bytes | None, now_s: float) -> bool:
        """Whether this is the version of a bucket that a commit is yet to reach. If not, it is the newest."""
        self._superseded = {old: at for old, at in self._superseded.items() if now_s < at + _LAG_SECONDS}
        if version in self._superseded:
            return True
        self._superseded[self._version] = now_s
        return False
