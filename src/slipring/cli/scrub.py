"""`slipring scrub`: whether everything in a store agrees."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import replace

import click

from slipring.cli.options import CommandError
from slipring.cli.stores import unlocked_archive, unlocked_store
from slipring.engine.archive import manifests
from slipring.engine.archive.comparison import compare
from slipring.engine.archive.destinations import ArchiveError
from slipring.engine.archive.moments import newest
from slipring.engine.archive.rebuild import Source
from slipring.engine.archive.rebuild import size_of as size_of_archive
from slipring.engine.scrub.findings import Finding, Watch
from slipring.engine.scrub.run import Result, scrub, size_of
from slipring.settings import Settings
from slipring.storage.contract import Store, StoreError
from slipring.storage.sealing import MasterKeyError


class Differences(CommandError):
    """Something differs, and was not put right."""


def scrub_store(settings: Settings, *, repair: bool, archive: str | None) -> None:
    """Print every difference, and how many there were. Raises CommandError."""
    try:
        result = asyncio.run(_scrub(settings, repair, archive))
    except MasterKeyError as error:
        raise CommandError(str(error)) from None
    except ArchiveError as error:
        raise CommandError(f"cannot compare with {archive}: {error}") from None
    except StoreError as error:
        raise CommandError(f"cannot scrub {settings.store}: {error}") from None
    left = len(result.findings) - result.repaired
    if not result.findings:
        click.echo("everything agrees")
    elif not left:
        click.echo(f"{result.repaired} differences, all of them repaired")
    else:
        hint = "" if repair else "; --repair puts indexes and their counters right"
        raise Differences(f"{len(result.findings)} differences, {result.repaired} of them repaired{hint}")


async def _scrub(settings: Settings, repair: bool, archive: str | None) -> Result:
    async with unlocked_store(settings) as store:
        size = await size_of(store)
        with click.progressbar(length=size, label="scrubbing", file=sys.stderr) as bar:
            result = await scrub(store, Watch(_print, bar.update), repairs=repair)
        if archive is not None:
            result = Result([*result.findings, *await _compare(settings, store, archive)], result.repaired)
        return result


async def _compare(settings: Settings, store: Store, archive: str) -> list[Finding]:
    """The archived items are put together on this machine's disk, for they may not fit its memory."""
    destination, sealed = unlocked_archive(archive, settings)
    manifest = manifests.newest(destination).manifest
    moment = newest(manifest)
    with (
        tempfile.TemporaryDirectory(prefix="slipring-") as directory,
        click.progressbar(length=size_of_archive(moment) // 2, label="comparing", file=sys.stderr) as bar,
    ):
        place = replace(settings, store=f"{directory}/scratch", durability="relaxed")
        async with unlocked_store(place, wanted=sealed) as scratch:
            source = Source(destination, moment.until_us, bar.update)
            return await compare(store, source, manifest, scratch, Watch(_print, lambda _: None))


def _print(finding: Finding) -> None:
    click.echo(str(finding))
