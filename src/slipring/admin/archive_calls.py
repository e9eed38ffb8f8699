"""How the archive fares, over HTTP and as figures."""

from __future__ import annotations

import orjson

from slipring.admin.calls import AdminCalls, Body
from slipring.admin.samples import Samples, single
from slipring.clock import iso_time
from slipring.engine import keyspace
from slipring.engine.archive.archiver import Archiver
from slipring.storage.contract import Store


def add_archive_calls(calls: AdminCalls, store: Store, archiver: Archiver | None) -> None:
    async def describe(_body: Body) -> Body:
        stored = await store.get(keyspace.ARCHIVED)
        archived_at = 0.0 if stored is None else orjson.loads(stored)["At"]
        since, until = (None, 0.0) if archiver is None else archiver.covers()
        return {
            "archived_at": iso_time(archived_at) if archived_at else None,
            "covers_from": None if since is None else iso_time(since),
            "covers_to": None if since is None else iso_time(until),
            "error": (archiver.error or None) if archiver is not None else None,
        }

    calls.add("GET", "/_slipring/archive", describe)


def archive_samples(archiver: Archiver | None) -> Samples:
    if archiver is None:
        return {}
    return {
        "slipring_archive_time_seconds": single(archiver.archived_at),
        "slipring_archive_failures_total": single(archiver.failures),
        "slipring_archive_failing": single(float(bool(archiver.error))),
        "slipring_archive_written_bytes_total": single(archiver.bytes_written),
    }
