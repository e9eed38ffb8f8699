"""`slipring migrate` and `slipring sql views`: what is done to a database beside serving it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from slipring.cli.options import CommandError
from slipring.clock import Ids
from slipring.engine.catalog import Catalog
from slipring.engine.sql_views import plain_function, view_name, view_query
from slipring.settings import Settings
from slipring.storage.backends import open_store
from slipring.storage.contract import Store, StoreError
from slipring.storage.encryption.opening import unlocked
from slipring.storage.sealing import MasterKeyError
from slipring.storage.store_url import shown

T = TypeVar("T")


def migrate(settings: Settings) -> None:
    """Bring the store to this version's format. Raises CommandError."""

    async def nothing_more(_: Store) -> None:
        """The store was started."""

    _with_store(settings, nothing_more)
    click.echo(f"{shown(settings.store)} has the format of this version")


def make_views(settings: Settings, schema: str | None) -> None:
    """Make the views, and tell their names. Raises CommandError."""

    async def make(store: Store) -> list[str]:
        from slipring.storage.postgresql.statements import quoted
        from slipring.storage.postgresql.store import PostgresqlStore

        if not isinstance(store, PostgresqlStore):
            raise CommandError(f"{shown(settings.store)} is no PostgreSQL store")
        if await unlocked(store, settings.master_key_bytes(), Ids().secret_bytes, wanted=False) is not store:
            raise CommandError(f"{shown(settings.store)} is encrypted: SQL cannot read what its values hold")
        into = schema or f"{store.address.schema}_views"
        tables = await Catalog(store).everywhere()
        plain = f"{quoted(into)}.plain"
        queries = {view_name(table.name, space): view_query(table, store.kv, plain) for space, table in tables}
        await store.show(into, [plain_function(plain)], queries)
        return [f"{into}.{name}" for name in queries]

    for name in _with_store(settings, make):
        click.echo(name)


def _with_store(settings: Settings, act: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        store = open_store(settings.store, durability=settings.durability)
        try:
            await store.start()
            return await act(store)
        finally:
            await store.close()

    try:
        return asyncio.run(run())
    except (MasterKeyError, StoreError) as error:
        raise CommandError(str(error)) from None
