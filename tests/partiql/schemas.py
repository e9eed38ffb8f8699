"""Key schemas that statements are planned for."""

from __future__ import annotations

from dataclasses import dataclass

from slipring.model.keys import KeyType


@dataclass(frozen=True)
class Schema:
    """A table or an index, as far as PartiQL looks at it."""

    hashes: tuple[tuple[str, KeyType], ...]
    ranges: tuple[tuple[str, KeyType], ...] = ()
    name: str = "i"
    is_global: bool = True
    projected: frozenset[str] | None = None


HASH_ONLY = Schema((("pk", "S"),))
COMPOSITE = Schema((("pk", "S"),), (("sk", "S"),))
NUMBERED = Schema((("pk", "S"),), (("sk", "N"),))
KEY_NAMES = ("pk", "sk")
