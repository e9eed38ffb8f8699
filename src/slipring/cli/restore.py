"""`slipring restore`: a deployment from its archive."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

import click

from slipring.cli.options import CommandError
from slipring.cli.stores import unlocked_archive, unlocked_store
from slipring.clock import SystemClock, iso_time, seconds_of
from slipring.engine.archive import manifests, moments
from slipring.engine.archive.destinations import ArchiveError
from slipring.engine.archive.rebuild import rebuild, size_of
from slipring.settings import Settings
from slipring.storage.contract import StoreError
from slipring.storage.sealing import MasterKeyError


def restore_store(settings: Settings, archive: str, at: str | None) -> None:
    """Print what was restored, and as of when. Raises CommandError."""
    try:
        asyncio.run(_restore(settings, archive, None if at is None else _time(at)))
    except MasterKeyError as error:
        raise CommandError(str(error)) from None
    except ArchiveError as error:
        raise CommandError(f"cannot restore from {archive}: {error}") from None
    except StoreError as error:
        raise CommandError(f"cannot restore to {settings.store}: {error}") from None


def _time(at: str) -> float:
    """ISO 8601; without a zone it is UTC. Raises CommandError."""
    try:
        time = datetime.fromisoformat(at)
    except ValueError:
        raise CommandError(f"--at {at!r} is no ISO 8601 time like 2026-01-31T23:59:59Z") from None
    return seconds_of(time)


async def _restore(settings: Settings, archive: str, at: float | None) -> None:
    destination, sealed = unlocked_archive(archive, settings)
    manifest = manifests.newest(destination).manifest
    if not manifest["Generation"]:
        raise ArchiveError("there is no archive")
    moment = moments.newest(manifest) if at is None else moments.at(manifest, at)
    # What was encrypted is not to lie open because somebody forgot a flag.
    async with unlocked_store(settings, wanted=sealed or settings.encryption == "on") as store:
        with click.progressbar(length=size_of(moment), label="restoring", file=sys.stderr) as bar:
            await rebuild(store, destination, moment, SystemClock().now(), bar.update)
    click.echo(f"{len(moment.tables)} tables as of {iso_time(moment.time)}")
    for each in moment.left_out:
        click.echo(each)
