"""Which part of the store a caller sees."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, unquote

DEFAULT_ACCOUNT = "000000000000"

_REGION_CHARACTERS_MAX = 128
"""A region longer than this stands as its digest, so that no client can make keys of any length."""

_DIGEST_MARK = "!"
"""Quoting leaves none of these in a region, so a digest cannot be taken for one."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """Whose tables are hidden from whom. By default all callers share all tables."""

    by_account: bool = False
    by_region: bool = False

    @classmethod
    def named(cls, parts: str) -> Isolation:
        """From the text of the setting `isolate`: `account` and `region` with a comma between them, or anything else
        for neither."""
        named = parts.split(",")
        return cls(by_account="account" in named, by_region="region" in named)

    def namespace(self, account: str, region: str) -> str:
        """The namespace of a caller; two callers share one only if they agree in whatever isolates.

        A region is any text that a client chose to sign for. Quoted, it holds none of the characters that separate
        the parts of a namespace, or a namespace from what follows it in a key of the store."""
        parts = []
        if self.by_account:
            parts.append(f"account={account}")
        if self.by_region:
            parts.append(f"region={_bounded(quote(region, safe=''))}")
        return ",".join(parts)


def place_of(namespace: str, region: str) -> tuple[str, str]:
    """The account and the region of the callers of a namespace; `region` and account zero where it isolates neither."""
    parts = dict([part.split("=", 1) for part in namespace.split(",")]) if namespace else {}
    return parts.get("account", DEFAULT_ACCOUNT), unquote(parts.get("region", quote(region, safe="")))


def sees_one_account(namespace: str) -> bool:
    """Whether the callers of a namespace are of one account."""
    return namespace.startswith("account=")


def sees_one_region(namespace: str) -> bool:
    """Whether the callers of a namespace sign for one region."""
    return namespace.startswith("region=") or ",region=" in namespace


def _bounded(region: str) -> str:
    if len(region) <= _REGION_CHARACTERS_MAX:
        return region
    return _DIGEST_MARK + sha256(region.encode()).hexdigest()
