"""What the keyring notes of the keys that it finds."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from slipring.clock import Ids, SystemClock
from slipring.iam import keyspace
from slipring.iam.access import access_to
from slipring.iam.access_keys import KeyPair
from slipring.iam.credentials import NotLoaded
from slipring.model.errors.base import ApiError
from slipring.model.keys import successor
from slipring.storage.backends import open_store
from slipring.storage.memory import MemoryStore
from tests.edge.signed import Verifying, read, signed


def test_last_uses_are_noted_of_lasting_keys_alone() -> None:
    """Every session has a key of its own, and nobody asks for its last use: the store would grow with every one."""
    noted = asyncio.run(_noted("AKIALASTING", "ASIAPASSING"))
    assert noted == [keyspace.last_use("AKIALASTING")]


async def _noted(*used: str) -> list[bytes]:
    store = open_store("memory:")
    await store.start()
    try:
        access = access_to(store, SystemClock(), Ids(), bytes(32), None, 5.0)
        for key in used:
            access.keyring.used(key, "dynamodb", "eu-west-1")
        await access.keyring.stop()
        rows = await store.scan(keyspace.LAST_USES, successor(keyspace.LAST_USES), limit=10, bytes_max=1 << 20)
    finally:
        await store.close()
    return [key for key, _ in rows]


class CountingStore(MemoryStore):
    """Counts what it is asked; over a network each time would be a round trip."""

    asked = 0

    async def get(self, key: bytes) -> bytes | None:
        self.asked += 1
        return await super().get(key)

    async def get_many(self, keys: Any) -> list[bytes | None]:
        self.asked += 1
        return await super().get_many(keys)


def test_a_key_that_is_not_there_is_looked_up_as_one_that_is() -> None:
    """A wrong signature costs as many round trips to the store as a key that nobody has, or a clock would tell which
    there are. Whose a key is, and what they may do, is read for who has signed rightly."""

    async def scenario() -> None:
        store = CountingStore()
        await store.start()
        access = access_to(store, SystemClock(), Ids(), bytes(32), None, 60.0)
        assert access.keys is not None
        await access.changes.create(access.changes.entity("user", "111122223333", "ada"))
        await access.keys.add("111122223333", "ada", KeyPair("AKIDADA", "secret"))
        asked = {}
        for name, key, secret in (
            ("unknown", "AKIDNOBODY", "secret"),
            ("wrong", "AKIDADA", "wrong"),
            ("right", "AKIDADA", "secret"),
        ):
            verifying = Verifying(time.time, credentials=access.keyring)
            before = store.asked
            outcome = await verified(verifying, signed(access_key=key, secret_key=secret))
            asked[name] = (outcome, store.asked - before)
        assert asked["unknown"] == ("UnrecognizedClientException", 1)
        assert asked["wrong"] == ("InvalidSignatureException", 1)
        assert asked["right"][0] == "arn:aws:iam::111122223333:user/ada"
        assert asked["right"][1] > 1

    asyncio.run(scenario())


async def verified(verifying: Verifying, data: bytes) -> str:
    """Who it is, or why not, once everything is read that is needed for it."""
    while True:
        try:
            identity = verifying.caller_of(read(data)).identity
            return "" if identity is None else identity.principal.arn
        except NotLoaded as credential:
            await credential.load()
        except ApiError as refusal:
            return refusal.code
