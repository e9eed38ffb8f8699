"""The `file` backend, the embedded default: a directory with a journal and a B-tree. See docs/storage-format.md."""

from __future__ import annotations

from pathlib import Path

from slipring.storage.file.segments import SEGMENT_BYTES
from slipring.storage.file.store import FileStore
from slipring.storage.store_url import StoreUrl, StoreUrlInvalid

_SEGMENT_BYTES_MAX = 1 << 30


def open_file(url: StoreUrl) -> FileStore:
    """Open or create the store in the directory that the address names. Raises `StoreError`.

    Options: `durability` ("fsync" or "relaxed") and `segment_bytes`, after how much a checkpoint is written.
    """
    url.refuse_options("durability", "segment_bytes")
    if not url.location:
        raise StoreUrlInvalid(f"{url.text}: a file store needs a path")
    segment_bytes = url.whole_number("segment_bytes", SEGMENT_BYTES)
    if segment_bytes > _SEGMENT_BYTES_MAX:
        raise StoreUrlInvalid(f"{url.text}: segment_bytes is at most {_SEGMENT_BYTES_MAX}")
    relaxed = url.choice("durability", ("fsync", "relaxed")) == "relaxed"
    return FileStore(Path(url.location), relaxed=relaxed, segment_bytes=segment_bytes)
