"""`slipring seed`: tables and items from files into a store."""

from __future__ import annotations

import asyncio

import click

from slipring.assembly import build, plant_seeds
from slipring.cli.options import CommandError, WrongSettings
from slipring.clock import Ids, SystemClock
from slipring.seeds.errors import SeedError
from slipring.settings import Settings
from slipring.storage.contract import StoreError


def seed_store(settings: Settings, directory: str, *, again: bool) -> None:
    """Print what each file brought. Raises CommandError."""
    if settings.store.startswith("memory:"):
        raise WrongSettings("a memory: store is gone when this command ends; see `slipring serve --seed`")
    try:
        lines = asyncio.run(_seed(settings, directory, again))
    except SeedError as error:
        raise CommandError(f"cannot seed: {error}") from None
    except StoreError as error:
        raise CommandError(f"cannot use the store: {error}") from None
    for line in lines or ["nothing to do"]:
        click.echo(line)


async def _seed(settings: Settings, directory: str, again: bool) -> list[str]:
    alone = Settings(
        store=settings.store,
        durability=settings.durability,
        isolate=settings.isolate,
        region=settings.region,
        master_key=settings.master_key,
        master_key_file=settings.master_key_file,
        master_key_command=settings.master_key_command,
    )
    assembly = await build(alone, SystemClock(), Ids())
    try:
        return await plant_seeds(alone, assembly, directory, again=again)
    finally:
        await assembly.close()
