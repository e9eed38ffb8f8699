"""The `postgresql` backend: one table of keys and values in a PostgreSQL database. See docs/scale-out.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipring.storage.contract import StoreError
from slipring.storage.postgresql.address import parse
from slipring.storage.store_url import StoreUrl

if TYPE_CHECKING:
    from slipring.storage.postgresql.store import PostgresqlStore

MISSING_DRIVER = "a PostgreSQL store needs the driver asyncpg; install slipring[postgresql]"


def open_postgresql(url: StoreUrl) -> PostgresqlStore:
    """The store in the database that the address names. Nothing is connected yet. Raises `StoreError`."""
    address = parse(url)
    try:
        from slipring.storage.postgresql.store import PostgresqlStore
    except ModuleNotFoundError:
        raise StoreError(MISSING_DRIVER) from None
    return PostgresqlStore(address)
