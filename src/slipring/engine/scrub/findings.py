"""What a scrub finds, and how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from slipring.storage.contract import Snapshot

KEYS_PER_READ = 128
BYTES_PER_READ = 1024 * 1024


class Kind(Enum):
    """What is wrong. The values are what the command prints."""

    ITEM_DAMAGED = "item damaged"
    ITEM_MISPLACED = "item misplaced"
    ENTRY_DAMAGED = "index entry damaged"
    ENTRY_MISSING = "index entry missing"
    ENTRY_WRONG = "index entry differs from its item"
    ENTRY_STRAY = "index entry without an item"
    COUNTER_WRONG = "counter wrong"
    JOURNAL_DAMAGED = "journal record damaged"
    JOURNAL_BROKEN = "journal record missing or out of order"
    JOURNAL_DIFFERS = "journal and table differ"
    ARCHIVE_DAMAGED = "archive damaged"
    ARCHIVE_DIFFERS = "archive and table differ"
    LEFT_OVER = "keys of a table that is not there"


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    table: str
    index: str
    """Empty for the table itself."""
    key: bytes
    """The key in the store that is concerned."""
    details: str = ""
    item_key: bytes = b""
    """Of an index entry, where its item lies, as far as that is known."""

    def __str__(self) -> str:
        where = f"{self.table} index {self.index}" if self.index else self.table
        details = f" ({self.details})" if self.details else ""
        key = f": {self.key.hex()}" if self.key else ""
        return f"{self.kind.value}: {where}{key}{details}"


class Watch:
    """What a scrub tells while it runs, and how it lets others have their turn."""

    def __init__(
        self,
        found: Callable[[Finding], None],
        advanced: Callable[[int], None],
        pause: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0),
    ) -> None:
        self.found = found
        self.advanced = advanced
        """Called with how many more keys were looked at."""
        self.pause = pause


async def pages(
    snapshot: Snapshot, start: bytes, stop: bytes, watch: Watch
) -> AsyncIterator[list[tuple[bytes, bytes]]]:
    """A range in pages, with a pause before each."""
    while found := await snapshot.scan(start, stop, limit=KEYS_PER_READ, bytes_max=BYTES_PER_READ):
        yield found
        watch.advanced(len(found))
        await watch.pause()
        start = found[-1][0] + b"\x00"
