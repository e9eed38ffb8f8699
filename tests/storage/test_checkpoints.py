"""Checkpoints: when, in which order, and that the base never goes back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from slipring.storage.file import checkpoints, segments
from slipring.storage.file import directory as names
from slipring.storage.file.base import Base
from slipring.storage.file.checkpoints import Advance, Checkpointer
from slipring.storage.file.control import APPLIED, Control
from slipring.storage.file.disk import Disk
from slipring.storage.file.place import Place
from slipring.storage.file.store import FileStore
from tests.storage.disks import RecordingDisk
from tests.storage.mutations import put, scan


def place(sequence: int) -> Place:
    return Place(sequence, 1 + sequence, segments.HEADER_BYTES)


def run(directory: Path, scenario: Callable[[Base, Control, Checkpointer], Awaitable[None]]) -> None:
    disk = Disk(directory)
    base = Base(directory / names.BASE)
    control = Control(disk)
    checkpointer = Checkpointer(disk, base, control)
    try:
        asyncio.run(scenario(base, control, checkpointer))  # type: ignore[arg-type]
    finally:
        checkpointer.close()
        control.close()
        base.close()


def test_the_base_never_goes_back(tmp_path: Path) -> None:
    """Another process may have written a later checkpoint, and retired what lies before it, while this one waited."""

    async def scenario(base: Base, control: Control, checkpointer: Checkpointer) -> None:
        await checkpointer.write(Advance({b"k": b"new"}, place(9)), lambda: 0)
        await checkpointer.write(Advance({b"k": b"old", b"gone": b"old"}, place(5)), lambda: 0)
        assert (base.get(b"k"), base.get(b"gone")) == (b"new", None)
        assert base.view().applied() == place(9)
        assert control.words[APPLIED] == 9

    run(tmp_path, scenario)


def test_a_checkpoint_that_was_left_in_the_middle(tmp_path: Path) -> None:
    """An event loop that is closed without ado leaves LMDB's transaction open; the next checkpoint must not wait for
    it, nor keep anything of it."""

    async def scenario(base: Base, control: Control, checkpointer: Checkpointer) -> None:
        await checkpointer._worker.run(checkpointer._begin)
        checkpointer._write_slice({b"left": b"behind"}, [b"left"])
        await checkpointer.write(Advance({b"k": b"v"}, place(1)), lambda: 0)
        assert (base.get(b"left"), base.get(b"k")) == (None, b"v")

    run(tmp_path, scenario)


def test_a_checkpoint_puts_and_deletes_keys_of_any_length(tmp_path: Path) -> None:
    keys = [b"%05d" % n * (200 if n % 7 == 0 else 1) for n in range(3000)]

    async def scenario(base: Base, control: Control, checkpointer: Checkpointer) -> None:
        await checkpointer.write(Advance(dict.fromkeys(keys, b"v"), place(1)), lambda: 0)
        await checkpointer.write(Advance({**dict.fromkeys(keys[::2]), b"never there": None}, place(2)), lambda: 0)
        pairs = base.view().pairs(b"", b"\xff", 9999, reverse=False)
        assert pairs == [(key, b"v") for key in sorted(keys[1::2])]

    run(tmp_path, scenario)


@settings(max_examples=40, deadline=None)
@given(count=st.integers(0, 9000), chance=st.randoms(use_true_random=False))
def test_keys_come_in_order_and_in_small_pieces(count: int, chance: object) -> None:
    """In order, since LMDB is quicker so; in pieces, since a long sort would keep the loop from serving requests."""
    keys = [b"%06d" % n for n in range(count)]
    shuffled = sorted(keys, key=lambda _: chance.random())  # type: ignore[attr-defined]
    pieces = list(checkpoints._in_order(shuffled))
    assert [key for piece in pieces for key in piece] == keys
    assert max(map(len, pieces), default=0) <= 4 * checkpoints._RUN_KEYS


def test_full_segments_are_checkpointed_and_used_again(tmp_path: Path) -> None:
    """The journal does not grow: old segments become new ones, and few are kept."""

    async def scenario() -> None:
        disk = RecordingDisk(tmp_path / "store")
        store = FileStore(tmp_path / "store", segment_bytes=20_000, disk=lambda _: disk)
        for n in range(200):
            await put(store, {b"%03d" % (n % 50): b"%d" % n * 500})
            await asyncio.sleep(0.0005)
        journals = [path for path in (tmp_path / "store").iterdir() if path.name.startswith("journal-")]
        assert len(journals) <= 6
        assert ("rename", segments.SPARE, "journal.new") in disk.events
        assert [key for key, _ in await scan(store)] == [b"%03d" % n for n in range(50)]
        await store.close()

    asyncio.run(scenario())


def test_reads_agree_at_every_moment_of_a_checkpoint(tmp_path: Path) -> None:
    """While values move from memory to the base, keys are overwritten and deleted, and a snapshot is held."""

    async def scenario() -> None:
        store = FileStore(tmp_path / "store", segment_bytes=30_000)
        model: dict[bytes, bytes] = {}
        snapshot, kept = store.snapshot(), dict(model)
        for n in range(400):
            puts: dict[bytes, bytes | None] = {b"%02d" % (n * 7 % 60): b"%d" % n * 100, b"%02d" % (n * 11 % 60): None}
            await put(store, puts)
            model.update({k: v for k, v in puts.items() if v is not None})
            for key in [key for key, value in puts.items() if value is None]:
                model.pop(key, None)
            assert await scan(store) == sorted(model.items())
            assert dict(await scan(snapshot)) == kept
            if n % 40 == 39:
                snapshot.close()
                snapshot, kept = store.snapshot(), dict(model)
        assert store.describe()["bytes_on_disk"] > 0
        await store.close()
        snapshot.close()

    asyncio.run(scenario())
