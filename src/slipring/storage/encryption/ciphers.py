"""A sealed value: one byte that says so, two with its data key's number, a nonce of twelve, and what AES-GCM makes of
the value, sixteen bytes longer than it."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from slipring.storage.contract import SEALED, StoreDamaged

_HEADER = Struct(">BH")
_MARK = 0xE1
"""No item and no record of the journal begins so: they begin with their version."""
HEADER_BYTES = _HEADER.size
_NONCE_BYTES = 12
_NONCE_COUNT_BYTES = 4
OVERHEAD_BYTES = HEADER_BYTES + _NONCE_BYTES + 16

KEY_NUMBER_MAX = (1 << 16) - 1

_AFTER_SPACE, _AFTER_KIND = (*SEALED[:2],), SEALED[2]
_TABLE_ID_BYTES = 4


def table_of(key: bytes) -> bytes | None:
    """The id of the table that a value belongs to, as it stands in its key; None if values there are not sealed."""
    if key.startswith(_AFTER_SPACE):
        return key[1 : 1 + _TABLE_ID_BYTES]
    if key.startswith(_AFTER_KIND):
        return key[2 : 2 + _TABLE_ID_BYTES]
    return None


class Nonces:
    """Nonces that differ: a random number of eight bytes for each opening of a store, then a count.

    Random nonces would begin to repeat after some billions of values (NIST SP 800-38D, section 8.3, allows 2^32 of
    them under one key), which a busy table writes within days.
    """

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes
        self._begin()

    def _begin(self) -> None:
        self._fixed = self._random_bytes(_NONCE_BYTES - _NONCE_COUNT_BYTES)
        self._count = 0

    def next(self) -> bytes:
        count = self._count
        self._count = count + 1
        if count >> 8 * _NONCE_COUNT_BYTES:
            self._begin()
            return self.next()
        return self._fixed + count.to_bytes(_NONCE_COUNT_BYTES, "big")


class Cipher:
    """One data key, ready for use."""

    __slots__ = ("_decrypt", "_encrypt", "_nonce", "header")

    def __init__(self, number: int, data_key: bytes, nonces: Nonces) -> None:
        cipher = AESGCM(data_key)
        self._encrypt, self._decrypt = cipher.encrypt, cipher.decrypt
        self._nonce = nonces.next
        self.header = _HEADER.pack(_MARK, number)
        """What values that are sealed with it begin with."""

    def close(self, key: bytes, value: bytes) -> bytes:
        """`value`, sealed for `key`."""
        nonce = self._nonce()
        return b"".join((self.header, nonce, self._encrypt(nonce, value, key)))

    def open(self, key: bytes, sealed: bytes) -> bytes:
        """Raises StoreDamaged."""
        nonce, text = sealed[HEADER_BYTES : HEADER_BYTES + _NONCE_BYTES], sealed[HEADER_BYTES + _NONCE_BYTES :]
        try:
            return self._decrypt(nonce, text, key)
        except (InvalidTag, ValueError):
            raise StoreDamaged("a sealed value does not open: it was changed, or belongs elsewhere") from None
