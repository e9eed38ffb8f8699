"""`slipring restore`: a deployment from its archive."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

import click

from slipring.cli.options import CommandError
from slipring.cli.stores import unlocked_archive, unlocked_store
from slipring.clock import SystemClock
from slipring.engine.archive import manifests
from slipring.engine.archive.destinations import ArchiveError
from slipring.engine.archive.rebuild import incomplete, rebuild, size_of
from slipring.settings import Settings
from slipring.storage.contract import StoreError
from slipring.storage.sealing import MasterKeyError


def restore_store(settings: Settings, archive: str) -> None:
    """Print what was restored, and as of when. Raises CommandError."""
    try:
        asyncio.run(_restore(settings, archive))
    except MasterKeyError as error:
        raise CommandError(str(error)) from None
    except ArchiveError as error:
        raise CommandError(f"cannot restore from {archive}: {error}") from None
    except StoreError as error:
        raise CommandError(f"cannot restore to {settings.store}: {error}") from None


async def _restore(settings: Settings, archive: str) -> None:
    destination, sealed = unlocked_archive(archive, settings)
    manifest = manifests.newest(destination)
    if not manifest["Generation"]:
        raise ArchiveError("there is no archive")
    # What was encrypted is not to lie open because somebody forgot a flag.
    async with unlocked_store(settings, wanted=sealed or settings.encryption == "on") as store:
        with click.progressbar(length=size_of(manifest), label="restoring", file=sys.stderr) as bar:
            await rebuild(store, destination, manifest, SystemClock().now(), bar.update)
    at = datetime.fromtimestamp(manifest["Time"], UTC).isoformat(timespec="seconds")
    left_out = incomplete(manifest)
    click.echo(f"{len(manifest['Tables']) - len(left_out)} tables as of {at}")
    for name in left_out:
        click.echo(f"table {name} is not in the archive: its first base was not complete")
