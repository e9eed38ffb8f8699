"""An archive whose objects can be read with a master key only: that of a store which is encrypted.

Each is sealed together with its name, so that none can stand in for another. An archive is sealed from its first object
or not at all, and one that is never takes an object that is not.
"""

from __future__ import annotations

from slipring.engine.archive.destinations import ArchiveError, Destination
from slipring.storage.sealing import Seal, SealBroken

_MAGIC = b"SLIPSEAL"
_FIRST = "manifests/"


class SealedDestination:
    """Seals what is written to another destination, and opens what is read."""

    def __init__(self, destination: Destination, seal: Seal) -> None:
        self._destination = destination
        self._seal = seal
        self.names = destination.names
        self.delete = destination.delete

    def put(self, name: str, data: bytes) -> None:
        self._destination.put(name, _MAGIC + self._seal.close(data, _purpose(name)))

    def create(self, name: str, data: bytes) -> None:
        self._destination.create(name, _MAGIC + self._seal.close(data, _purpose(name)))

    def get(self, name: str) -> bytes:
        data = self._destination.get(name)
        if not data.startswith(_MAGIC):
            raise ArchiveError(f"{name} is not sealed, and the store is encrypted")
        try:
            return self._seal.open(data[len(_MAGIC) :], _purpose(name))
        except SealBroken:
            raise ArchiveError(f"{name} was sealed with another master key, or is damaged") from None

    def seal_again(self) -> int:
        """Seal every object with the first master key; how many there are. Raises ArchiveError."""
        names = self.names("")
        for name in names:
            self.put(name, self.get(name))
        return len(names)


def is_sealed(destination: Destination) -> bool:
    """Whether what an archive holds is sealed. Raises ArchiveError."""
    names = destination.names(_FIRST)
    return bool(names) and destination.get(names[-1]).startswith(_MAGIC)


def _purpose(name: str) -> bytes:
    return b"archived " + name.encode()
