"""A namespace as a whole: what a caller that is kept apart sees, erased in one go."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from slipring.engine import keyspace
from slipring.engine.contents import contents_of, everything, expected, removal
from slipring.engine.engine import Engine
from slipring.storage.contract import Store, StoreBusy, Writes

_ATTEMPTS_MAX = 64


async def erase(engine: Engine, namespace: str) -> None:
    """Remove the tables, streams, backups and request tokens of a namespace at once; what they held is erased in the
    background. Raises StoreBusy while tables keep being made or changed."""
    for _ in range(_ATTEMPTS_MAX):
        if await _erased(engine.store, namespace):
            engine.background.wake()
            return
    raise StoreBusy("Tables keep being made and changed.")


async def _erased(store: Store, namespace: str) -> bool:
    """False if a table was made, changed or dropped at the same moment: then nothing is removed."""
    last_id = await store.get(keyspace.LAST_TABLE_ID)
    contents = await contents_of(store, namespace)
    puts = {**removal(contents), **await _beside_tables(store, namespace)}
    still = expected(contents, last_id)

    def decide(old: Sequence[bytes | None]) -> Writes[bool]:
        if list(old) != [*still.values()]:
            return Writes({}, None, False)
        return Writes(puts, None, True)

    return await store.commit([*still], decide) if puts else True


async def _beside_tables(store: Store, namespace: str) -> dict[bytes, bytes | None]:
    """What to write so that its backups, tokens and jobs are gone."""
    puts: dict[bytes, bytes | None] = {}
    for key, value in await everything(store, keyspace.all_backups(namespace)):
        puts[key] = None
        puts[keyspace.drop_job(orjson.loads(value)["ItemsId"], keyspace.TABLE_ITSELF)] = b""
    puts.update(dict.fromkeys([key for key, _ in await everything(store, keyspace.tokens(namespace))]))
    for key, value in await everything(store, keyspace.JOBS):
        if not key.startswith(keyspace.DROP_JOBS) and orjson.loads(value)["Namespace"] == namespace:
            puts[key] = None
    return puts
