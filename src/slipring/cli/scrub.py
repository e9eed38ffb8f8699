"""`slipring scrub`: whether everything in a store agrees."""

from __future__ import annotations

import asyncio
import sys

import click

from slipring.cli.options import CommandError
from slipring.engine.scrub.findings import Finding, Watch
from slipring.engine.scrub.run import Result, scrub, size_of
from slipring.settings import Settings
from slipring.storage.backends import open_store
from slipring.storage.contract import StoreError


class Differences(CommandError):
    """Something differs, and was not put right."""


def scrub_store(settings: Settings, *, repair: bool) -> None:
    """Print every difference, and how many there were. Raises CommandError."""
    try:
        result = asyncio.run(_scrub(settings, repair))
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


async def _scrub(settings: Settings, repair: bool) -> Result:
    store = open_store(settings.store, durability=settings.durability)
    try:
        await store.start()
        size = await size_of(store)
        with click.progressbar(length=size, label="scrubbing", file=sys.stderr) as bar:
            return await scrub(store, Watch(_print, bar.update), repairs=repair)
    finally:
        await store.close()


def _print(finding: Finding) -> None:
    click.echo(str(finding))
