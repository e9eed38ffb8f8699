"""The manifest: what the archive holds, as of one moment of the deployment.

Each is an object of its own with a number; the newest counts. The one before it is kept, and what it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, TypeAlias

import orjson

from slipring.engine.archive.destinations import ArchiveError, Destination
from slipring.engine.archive.segments import Segment

FORMAT = 1
_FOLDER = "manifests/"

Manifest: TypeAlias = dict[str, Any]
"""Format, Generation, Time; Tables and Backups by table id (text), each as `TableArchive`; Keys, the segments of what
is neither a table nor belongs to one."""

TableArchive: TypeAlias = dict[str, Any]
"""What is archived of a table: Namespace and Record; Base, the newest base that is complete, with FirstShard and
Segments; Next, one that is being made, with the same and Place (the key to go on with); Journal, the segments of its
journal, each with its Shard; Positions, the last archived position by shard (text); LastShard, the newest shard seen.
Of a backup only Record, Base, Next, and Key, where its record lies."""


def empty() -> Manifest:
    return {"Format": FORMAT, "Generation": 0, "Time": 0.0, "Tables": {}, "Backups": {}, "Keys": []}


def newest(destination: Destination) -> Manifest:
    """An empty one where there is none. Raises ArchiveError for one that is damaged."""
    names = destination.names(_FOLDER)
    return read(destination, names[-1]) if names else empty()


def read(destination: Destination, name: str) -> Manifest:
    digest, _, body = destination.get(name).partition(b"\n")
    if sha256(body).hexdigest().encode() != digest:
        raise ArchiveError(f"manifest {name} is damaged; without it, the one before it counts")
    manifest: Manifest = orjson.loads(body)
    if manifest["Format"] > FORMAT:
        raise ArchiveError(f"manifest {name} was written by a newer version of Slipring")
    return manifest


def write(destination: Destination, manifest: Manifest) -> None:
    body = orjson.dumps(manifest, option=orjson.OPT_NON_STR_KEYS)
    name = f"{_FOLDER}{manifest['Generation']:012d}"
    data = sha256(body).hexdigest().encode() + b"\n" + body
    destination.put(name, data)
    if destination.get(name) != data:
        raise ArchiveError(f"manifest {name} does not read back as it was written")


def segments_of(manifest: Manifest) -> Iterator[Segment]:
    """Every segment that a manifest names."""
    yield from manifest["Keys"]
    for archived in [*manifest["Tables"].values(), *manifest["Backups"].values()]:
        for base in (archived.get("Base"), archived.get("Next")):
            if base is not None:
                yield from base["Segments"]
        yield from archived.get("Journal", ())


def tidy(destination: Destination) -> None:
    """Delete what neither of the two newest manifests names: what compaction left, and what a crash did."""
    names = destination.names(_FOLDER)
    kept = {segment["Name"] for name in names[-2:] for segment in segments_of(read(destination, name))}
    for name in names[:-2]:
        destination.delete(name)
    for name in destination.names("segments/"):
        if name not in kept:
            destination.delete(name)
