"""What an archive holds, as a client sees it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from slipring.clock import ManualClock
from slipring.engine.archive import manifests, moments
from slipring.engine.archive.directory import Directory
from slipring.engine.archive.rebuild import rebuild
from slipring.engine.scrub.findings import Watch
from slipring.engine.scrub.run import scrub
from slipring.storage.memory import MemoryStore
from tests.crash.api import Item
from tests.engine.running import Process


def newest_manifest(archive: Path) -> manifests.Manifest:
    return manifests.newest(Directory(archive)).manifest if archive.is_dir() else manifests.empty()


def rebuilt(archive: Path) -> dict[str, list[Item]]:
    """Every table of the deployment, as it was last."""
    return asyncio.run(_rebuilt(archive))


async def _rebuilt(archive: Path) -> dict[str, list[Item]]:
    store = MemoryStore()
    moment = moments.newest(newest_manifest(archive))
    await rebuild(store, Directory(archive), moment, 0.0, lambda _: None)
    assert (await scrub(store, Watch(lambda _: None, lambda _: None))).findings == []
    process = Process(store, ManualClock())
    found: dict[str, list[Item]] = {}
    for name in (await process.call("ListTables"))["TableNames"]:
        found[name] = []
        more: dict[str, Any] = {}
        while True:
            page = await process.call("Scan", TableName=name, **more)
            found[name] += page["Items"]
            if "LastEvaluatedKey" not in page:
                break
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    return found
