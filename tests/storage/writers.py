"""Processes that write to a store while a test watches, or kills them.

    python -m tests.storage.writers PROGRAM ADDRESS NAME COUNT

Each acknowledged write is reported with a line on standard output, as soon as it is acknowledged.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, cast

from slipring.storage import store_url
from slipring.storage.backends import open_store
from slipring.storage.contract import Decide, Store, Writes
from slipring.storage.file.disk import Disk
from slipring.storage.file.kernel_syncs import KernelSyncs
from slipring.storage.file.store import FileStore
from tests.storage.disks import WatchedSyncs
from tests.storage.mutations import increment, put

TRANSACTION_PARTS = 5


def start(
    program: str, address: str, name: str, count: int, output: IO[bytes] | int = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    """Run one of this module's programs in a process of its own."""
    command = [sys.executable, "-m", "tests.storage.writers", program, address, name, str(count)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen(command, stdout=output, env=environment)


def lines(process: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast(IO[bytes], process.stdout)


def report(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


async def contend(store: Store, name: str, count: int) -> None:
    """Increase a number by reading it, a counter by adding to it, and claim keys that nobody has claimed."""

    async def once(n: int) -> None:
        def claim(old: Sequence[bytes | None]) -> Writes[bool]:
            if old[0] is not None:
                return Writes({}, {b"\x04lost": (1, 0)}, False)
            return Writes({key: name.encode()}, {b"\x04won": (1, 0)}, True)

        key = b"claim/%04d" % n
        await increment(store, b"number")
        if await store.commit([key], claim):
            report("claimed", n)

    for start_at in range(0, count, 8):
        await asyncio.gather(*(once(n) for n in range(start_at, start_at + 8)))


async def put_in_turn(store: Store, name: str, count: int) -> None:
    """Put `count` large values, one group each, and report each."""
    for n in range(count):
        await put(store, {b"%s/%06d" % (name.encode(), n): bytes(2000), b"\x01last/" + name.encode(): b"%d" % n})
        report("put", n)


def transaction(key: bytes) -> Decide[None]:
    """Put every part below a key, and count them."""
    parts: dict[bytes, bytes | None] = {b"%s/%d" % (key, part): os.urandom(50) for part in range(TRANSACTION_PARTS)}
    return lambda old: Writes(parts, {b"\x04transactions": (1, len(parts))}, None)


async def write_until_killed(store: Store, name: str, count: int) -> None:
    """Single puts and transactions of several keys and a counter, many at a time, for ever."""
    prefix = name.encode()

    async def singles(lane: int) -> None:
        n = 0
        while True:
            await put(store, {b"%s/one/%d" % (prefix, lane): b"%d" % n})
            report("one", lane, n)
            n += 1

    async def transactions(lane: int) -> None:
        n = 0
        while True:
            await store.commit([], transaction(b"%s/all/%d/%06d" % (prefix, lane, n)))
            report("all", lane, n)
            n += 1

    await asyncio.gather(*(singles(lane) for lane in range(count)), *(transactions(lane) for lane in range(count)))


async def checkpoint_pair(store: Store, name: str, count: int) -> None:
    """Put two values at once, in a store that writes a checkpoint when it closes."""
    await put(store, {b"left": name.encode(), b"right": name.encode()})
    await put(store, {b"filler/%d" % n: b"" for n in range(count)})


class DyingDisk(Disk):
    """A disk under a process that is killed after a write and before it is synced."""

    dies = False

    def sync(self, fd: int) -> None:
        self._die(fd)
        super().sync(fd)

    def kernel_syncs(self) -> KernelSyncs | None:
        return WatchedSyncs.where_there_are(before=self._die)

    def _die(self, fd: int) -> None:
        if self.dies:
            os.kill(os.getpid(), signal.SIGKILL)


async def die_in_sync(store: Store, name: str, count: int) -> None:
    """Put `count` values, and die when the last one is written but not yet synced."""
    for n in range(count):
        DyingDisk.dies = n == count - 1
        await put(store, {b"%s/%d" % (name.encode(), n): b"v", b"%s/last" % name.encode(): b"%d" % n})
        report("put", n)


PROGRAMS = {
    "contend": contend,
    "die": die_in_sync,
    "pair": checkpoint_pair,
    "put": put_in_turn,
    "write": write_until_killed,
}


async def main(program: str, address: str, name: str, count: str) -> None:
    if program == "die":
        store: Store = FileStore(Path(store_url.parse(address).location), disk=DyingDisk)
    else:
        store = open_store(address)
    report("ready")
    await PROGRAMS[program](store, name, int(count))
    await store.close()
    report("closed")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
