"""Whose an archive is: that of the store which knows its newest manifest.

The store notes each manifest's checksum before the manifest is written. So a manifest that it does not know was written
from another store: of another deployment that was given the same archive by mistake, or of a copy of this one.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from slipring.engine import keyspace
from slipring.engine.archive.destinations import ArchiveError
from slipring.engine.archive.manifests import Found
from slipring.engine.leases import Lease
from slipring.storage.contract import Store, Writes

_REMEMBERED = 8
"""How many manifests of each kind. One is enough, but for what an operator does: take a damaged manifest away, or go
back to an archive that was used before."""


async def note(store: Store, lease: Lease, digest: str, follows: str) -> None:
    """Remember a manifest that is about to be written after another one. Raises ArchiveError if the lease is
    somebody else's by now."""

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        if not lease.is_mine(old[1]):
            raise ArchiveError("another process writes to the archive")
        written, noted = _known(old[0])
        if follows in noted:
            written, noted = [*written, follows], []
        elif follows in written:
            written = written[: written.index(follows) + 1]
        told = {"Written": written[-_REMEMBERED:], "Noted": [*noted, digest][-_REMEMBERED:]}
        return Writes({keyspace.ARCHIVE_MANIFESTS: orjson.dumps(told)}, None, None)

    await store.commit([keyspace.ARCHIVE_MANIFESTS, lease.key], decide)


async def check(store: Store, found: Found) -> None:
    """Raise ArchiveError for a manifest that was written from another store."""
    written, noted = _known(await store.get(keyspace.ARCHIVE_MANIFESTS))
    if found.digest and found.digest not in [*written, *noted]:
        raise ArchiveError("another deployment archives there, or a copy of this one: give each an archive of its own")


def _known(stored: bytes | None) -> tuple[list[str], list[str]]:
    """The checksums of manifests that are known to have been written, and of those that may have been since."""
    told = {"Written": [], "Noted": []} if stored is None else orjson.loads(stored)
    return told["Written"], told["Noted"]
