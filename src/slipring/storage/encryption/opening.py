"""Whether a store is encrypted, and with which master key. A store is so from the beginning or never."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slipring.storage.contract import DATA_KEYS, SEALED, Store, Writes
from slipring.storage.sealing import MasterKeyError, Seal, SealBroken

_MARK = DATA_KEYS
"""Where it is noted that the store is encrypted: something sealed with the master key. Table ids follow in the keys of
data keys, so no other key is this one."""
_PURPOSE = b"mark of an encrypted store"

_CATALOG = (b"\x01b", b"\x01z")
"""Tables and all that comes with them; identities, which lie before, may be there first."""


async def unlocked(
    store: Store, master_key: bytes | None, random_bytes: Callable[[int], bytes], *, wanted: bool
) -> Store:
    """A started `store` as it is to be used: itself, or if it is encrypted, one over it that seals and opens. An empty
    store is made an encrypted one if that is `wanted`.

    Raises MasterKeyError if there is no master key or it is another, or if the store is in use without encryption."""
    mark = await store.get(_MARK)
    if mark is None and not wanted:
        return store
    if master_key is None:
        raise MasterKeyError(
            "the store is encrypted: it needs its master_key, master_key_file or master_key_command"
            if mark is not None
            else "encryption needs a master_key, master_key_file or master_key_command"
        )
    seal = Seal(master_key, random_bytes)
    if mark is None:
        mark = await _marked(store, seal)
    try:
        seal.open(mark, _PURPOSE)
    except SealBroken:
        raise MasterKeyError("the master key is not the one that the store is encrypted with") from None
    from slipring.storage.encryption.data_keys import DataKeys
    from slipring.storage.encryption.store import EncryptedStore

    return EncryptedStore(store, DataKeys(store, seal, random_bytes))


async def mark_again(store: Store, seal: Seal, mark: bytes = _MARK, purpose: bytes = _PURPOSE) -> None:
    """Seal a mark, if it is there, with the first master key: by default the one that tells that a store is encrypted.
    `store` may be the one beneath or the one over it."""

    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        return Writes({} if old[0] is None else {mark: seal.again(old[0], purpose)}, None, None)

    await store.commit([mark], decide)


async def _marked(store: Store, seal: Seal) -> bytes:
    for start, stop in [_CATALOG, *[(prefix, prefix + b"\xff" * 5) for prefix in SEALED]]:
        if await store.scan(start, stop, limit=1, bytes_max=1):
            raise MasterKeyError(
                "the store holds tables that are not encrypted: archive it, and restore it into a new store with"
                " encryption on"
            )
    mark = seal.close(b"", _PURPOSE)

    def decide(old: Sequence[bytes | None]) -> Writes[bytes]:
        return Writes({} if old[0] is not None else {_MARK: mark}, None, old[0] or mark)

    return await store.commit([_MARK], decide)
