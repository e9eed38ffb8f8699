"""Client request tokens: a TransactWriteItems that is sent twice is done once.

API Reference, "TransactWriteItems": a token is remembered for ten minutes; within them the same request succeeds
without writing again, and another request with the same token is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import orjson

from slipring.engine import keyspace
from slipring.model import limits
from slipring.model.errors import items as errors
from slipring.model.keys import successor
from slipring.storage.contract import Store, Writes

_TOKENS_PER_LOOK = 256


class Token:
    """One request's token: where it is remembered, and what of the request counts as its content."""

    __slots__ = ("_digest", "_now", "key")

    def __init__(self, account: str, client_request_token: str, content: Any, now: float) -> None:
        self.key = keyspace.token(account, client_request_token)
        self._digest = sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
        self._now = now

    def is_repeated(self, remembered: bytes | None) -> bool:
        """Whether the same request was done before. Raises IdempotentParameterMismatchException for another one."""
        if remembered is None:
            return False
        record = orjson.loads(remembered)
        if record["Expires"] <= self._now:
            return False
        if record["Digest"] != self._digest:
            raise errors.token_reused_with_other_parameters()
        return True

    def remembered(self) -> bytes:
        """What to keep, now that the request is done."""
        return orjson.dumps({"Digest": self._digest, "Expires": self._now + limits.CLIENT_TOKEN_SECONDS})


async def forget_expired(store: Store, now: float) -> None:
    """Delete the tokens whose ten minutes are over."""
    start, stop = keyspace.TOKENS, successor(keyspace.TOKENS)
    while found := await store.scan(start, stop, limit=_TOKENS_PER_LOOK, bytes_max=1 << 20):
        expired = [key for key, value in found if _has_expired(value, now)]
        if expired:
            await _forget(store, expired, now)
        start = found[-1][0] + b"\x00"
        await asyncio.sleep(0)


async def _forget(store: Store, keys: Sequence[bytes], now: float) -> None:
    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        still = [key for key, value in zip(keys, old, strict=True) if value is not None and _has_expired(value, now)]
        return Writes(dict.fromkeys(still), None, None)

    await store.commit(keys, decide)


def _has_expired(remembered: bytes, now: float) -> bool:
    ends: float = orjson.loads(remembered)["Expires"]
    return ends <= now
