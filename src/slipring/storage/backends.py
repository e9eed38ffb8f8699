"""The backends by name, and opening a store by its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from importlib.metadata import entry_points

from slipring.storage import store_url
from slipring.storage.contract import Store
from slipring.storage.store_url import StoreUrl, StoreUrlInvalid, shown

Open = Callable[[StoreUrl], Store]

BACKENDS = {
    "file": "slipring.storage.file:open_file",
    "memory": "slipring.storage.memory:open_memory",
    "postgres": "slipring.storage.postgresql:open_postgresql",
    "postgresql": "slipring.storage.postgresql:open_postgresql",
}
"""Import strings by scheme, resolved when a store is opened. Distributions add to them with entry points of the
group `slipring.stores`: name = scheme, object = a function from a `StoreUrl` to a `Store`."""

ENTRY_POINT_GROUP = "slipring.stores"


def open_store(address: str, *, durability: str | None = None) -> Store:
    """Open the store at an address: a path, `file:///path?durability=relaxed`, `memory:`, or a plugged-in scheme.

    `durability` overrides the address's own: "fsync" (a commit returns when it would survive a power cut) or
    "relaxed" (it survives the death of the process, and a power cut may take the last few).
    Raises a `StoreError`.
    """
    url = store_url.parse(address)
    if durability is not None:
        url = replace(url, options={**url.options, "durability": durability})
    return _backend(url)(url)


def _backend(url: StoreUrl) -> Open:
    target = BACKENDS.get(url.scheme) or _plugged().get(url.scheme)
    if target is None:
        known = ", ".join(sorted({*BACKENDS, *_plugged()}))
        raise StoreUrlInvalid(f"{shown(url.text)}: there is no store called {url.scheme!r}; there are {known}")
    module, _, name = target.partition(":")
    found: Open = getattr(import_module(module), name)
    return found


def _plugged() -> dict[str, str]:
    return {entry.name: entry.value for entry in entry_points(group=ENTRY_POINT_GROUP)}
