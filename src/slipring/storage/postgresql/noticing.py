"""Noticing what other processes committed under `WATCHED`.

Every such commit writes a new version into the database, and every read and commit fetches the version along with what
it wants, in the same view. A version that is not the one known is told to the watchers before the answer is used.
"""

from __future__ import annotations

from slipring.storage.watchers import Watchers


class Noticing:
    """The version that this process knows."""

    __slots__ = ("_version", "watchers")

    def __init__(self) -> None:
        self.watchers = Watchers()
        self._version: bytes | None = None

    def saw(self, version: bytes | None) -> None:
        """A view of the store held this version; None if nothing under `WATCHED` was ever committed."""
        if version != self._version:
            self._version = version
            self.watchers.notify_all()

    def wrote(self, version: bytes) -> None:
        """This process itself committed this version.

        All watchers are told: another process may have committed between what this one saw and its commit, and
        the version that told of that is overwritten now."""
        self.saw(version)
