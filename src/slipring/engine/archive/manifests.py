"""The manifest: what the archive holds, as of one moment of the deployment and of those before it.

Each is an object of its own with a number; the newest counts. The one before it is kept, and what it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

import orjson

from slipring.engine.archive.destinations import PARTIAL, ArchiveError, Destination, ObjectTaken
from slipring.engine.archive.segments import Segment

FORMAT = 1
_FOLDER = "manifests/"

Manifest: TypeAlias = dict[str, Any]
"""Format, Generation; Time, the moment up to which it tells everything, and Since, the first one that it covers (None
while there is none); Tables and Backups by table id (text), each as `TableArchive`; Keys, the segments of what is
neither a table nor belongs to one, and FormerKeys, a list of what they were, each with Segments and Until."""

TableArchive: TypeAlias = dict[str, Any]
"""What is archived of a table: Namespace and Record; From, when it came, and Dropped, when it went; Former, what its
record was before, each with Record and Until; Bases, those that are complete, oldest first, each with FirstShard,
Segments, and Covers, the first moment that can be made of it; Next, one that is being made, with the same and Place
(the key to go on with); Journal, the segments of its journal, each with its Shard and Since, the time of its first
record; Positions, the last archived position by shard (text); LastShard, the newest shard seen; Open, those that may
have more.
Of a backup only Record, Bases, Next, Dropped, and Key, where its record lies."""


class Found(NamedTuple):
    """A manifest, and the checksum that tells it from all others."""

    manifest: Manifest
    digest: str


def empty() -> Manifest:
    return {
        "Format": FORMAT,
        "Generation": 0,
        "Time": 0.0,
        "Since": None,
        "Tables": {},
        "Backups": {},
        "Keys": [],
        "FormerKeys": [],
    }


def newest(destination: Destination) -> Found:
    """An empty one where there is none. Raises ArchiveError for one that is damaged."""
    names = destination.names(_FOLDER)
    return read(destination, names[-1]) if names else Found(empty(), "")


def read(destination: Destination, name: str) -> Found:
    told, _, body = destination.get(name).partition(b"\n")
    digest = sha256(body).hexdigest()
    if digest.encode() != told:
        raise ArchiveError(f"manifest {name} is damaged; without it, the one before it counts")
    manifest: Manifest = orjson.loads(body)
    if manifest["Format"] > FORMAT:
        raise ArchiveError(f"manifest {name} was written by a newer version of Slipring")
    return Found(manifest, digest)


class Written(NamedTuple):
    """A manifest that is to be written."""

    name: str
    data: bytes
    digest: str


def written(manifest: Manifest) -> Written:
    body = orjson.dumps(manifest, option=orjson.OPT_NON_STR_KEYS)
    digest = sha256(body).hexdigest()
    return Written(f"{_FOLDER}{manifest['Generation']:012d}", digest.encode() + b"\n" + body, digest)


def write(destination: Destination, manifest: Written) -> None:
    """Raises ObjectTaken if there is another manifest of this number or a later one, and ArchiveError."""
    names = destination.names(_FOLDER)
    if names and names[-1] > manifest.name:
        raise ObjectTaken(f"{names[-1]} is there already")
    destination.create(manifest.name, manifest.data)
    if destination.get(manifest.name) != manifest.data:
        raise ArchiveError(f"manifest {manifest.name} does not read back as it was written")


def bases_of(archived: TableArchive) -> list[dict[str, Any]]:
    """Those that are complete, and the one that is being made."""
    return [*archived["Bases"], *([archived["Next"]] if "Next" in archived else ())]


def segments_of(manifest: Manifest) -> Iterator[Segment]:
    """Every segment that a manifest names."""
    yield from manifest["Keys"]
    for former in manifest["FormerKeys"]:
        yield from former["Segments"]
    for archived in [*manifest["Tables"].values(), *manifest["Backups"].values()]:
        for base in bases_of(archived):
            yield from base["Segments"]
        yield from archived.get("Journal", ())


def needless(destination: Destination) -> set[str]:
    """The names of what neither of the two newest manifests names: what compaction left, and what a crash did; or what
    is being written at this moment."""
    names = destination.names(_FOLDER)
    kept = {segment["Name"] for name in names[-2:] for segment in segments_of(read(destination, name).manifest)}
    segments = [name for name in destination.names("segments/") if name not in kept]
    return {*names[:-2], *segments, *destination.names(PARTIAL)}
