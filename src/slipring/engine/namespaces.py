"""A namespace as a whole: what a caller that is kept apart sees, erased in one go."""

from __future__ import annotations

import orjson

from slipring.engine import keyspace
from slipring.engine.contents import contents_of, everything, removal
from slipring.engine.engine import Engine
from slipring.storage.contract import Writes


async def erase(engine: Engine, namespace: str) -> None:
    """Remove the tables, streams, backups and request tokens of a namespace at once; what they held is erased in the
    background."""
    store = engine.store
    puts = removal(await contents_of(store, namespace))
    for key, value in await everything(store, keyspace.all_backups(namespace)):
        puts[key] = None
        puts[keyspace.drop_job(orjson.loads(value)["ItemsId"], keyspace.TABLE_ITSELF)] = b""
    puts.update(dict.fromkeys([key for key, _ in await everything(store, keyspace.tokens(namespace))]))
    for key, value in await everything(store, keyspace.JOBS):
        if not key.startswith(keyspace.DROP_JOBS) and orjson.loads(value)["Namespace"] == namespace:
            puts[key] = None
    if puts:
        await store.commit((), lambda _: Writes(puts, None, None))
        engine.background.wake()
