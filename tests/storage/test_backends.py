"""Store addresses: what a user may write, and what each mistake is told."""

from __future__ import annotations

import pytest

from slipring.storage import store_url
from slipring.storage.backends import open_store
from slipring.storage.memory import MemoryStore
from slipring.storage.store_url import StoreUrlInvalid


@pytest.mark.parametrize(
    ("text", "scheme", "location", "options"),
    [
        ("memory:", "memory", "", {}),
        ("memory://", "memory", "", {}),
        ("data.slipring", "file", "data.slipring", {}),
        ("/var/lib/a b%20", "file", "/var/lib/a b%20", {}),
        ("./odd:name", "file", "./odd:name", {}),
        ("file:///var/lib/a%20b?durability=relaxed", "file", "/var/lib/a b", {"durability": "relaxed"}),
        ("file:relative/path", "file", "relative/path", {}),
        ("postgresql://user@host:5432/db", "postgresql", "user@host:5432/db", {}),
    ],
)
def test_addresses(text: str, scheme: str, location: str, options: dict[str, str]) -> None:
    url = store_url.parse(text)
    assert (url.scheme, url.location, url.options) == (scheme, location, options)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "needs an address"),
        ("nosuch:x", "there is no store called 'nosuch'; there are file, memory, postgres, postgresql"),
        ("memory:somewhere", "has no location"),
        ("memory:?speed=high", "has no option 'speed'"),
        ("file:x?durability", "option=value"),
    ],
)
def test_a_mistake_is_told_in_one_line(text: str, words: str) -> None:
    with pytest.raises(StoreUrlInvalid) as caught:
        open_store(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_memory_takes_any_durability() -> None:
    """`--durability` may stand beside any store, also one that has nothing to sync."""
    assert isinstance(open_store("memory:", durability="fsync"), MemoryStore)
