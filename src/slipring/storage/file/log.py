"""What this process has seen of the store: the journal's frames applied to layers in memory, over the base."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from slipring.clock import Clock
from slipring.storage.contract import StoreDamaged, StoreError, StoreUnavailable
from slipring.storage.file import segments
from slipring.storage.file.base import Base, BaseView
from slipring.storage.file.checkpoints import Advance
from slipring.storage.file.control import APPLIED, PUBLISHED, Control
from slipring.storage.file.disk import Disk, store_error
from slipring.storage.file.frames import Puts
from slipring.storage.file.journal import Journal, Overtaken
from slipring.storage.file.locks import FileLock
from slipring.storage.file.place import Place
from slipring.storage.file.syncs import Syncs
from slipring.storage.file.turns import Turns
from slipring.storage.layers import Layer, LayerStack
from slipring.storage.watchers import Watchers

_CLOSED = [-1, -1, -1]
"""Shared words unlike any that were seen, so that a closed log's next read notices."""


class Log:
    """The place where groups land (`committer.GroupLog`), and from which reads are answered."""

    def __init__(
        self,
        disk: Disk,
        lock: FileLock,
        base: Base,
        control: Control,
        clock: Clock,
        *,
        segment_bytes: int,
        relaxed: bool,
    ) -> None:
        self._directory = disk.directory
        self._turns = Turns(lock, control, clock)
        self._base = base
        self._journal = Journal(disk, control, segment_bytes=segment_bytes, relaxed=relaxed, apply=self._apply)
        self._relaxed = relaxed
        self._syncs = Syncs(clock, disk)
        self._ends: dict[int, int] = {}
        self._checkpoint = -1
        """The newest checkpoint that is known not to be ahead of `seen`."""
        self._refusal: StoreError | None = None
        self.words: memoryview[int] | list[int] = control.words
        self.seen = 0
        """The newest sequence that reads show."""
        self.stack = LayerStack(Layer())
        self.watchers = Watchers()
        self.commits_landed = 0
        self.groups_landed = 0
        self.keys_landed = 0
        self.before_group: Callable[[], bool] = lambda: True
        """Asked before each group; False puts it off."""

    def recover(self) -> None:
        """Read the journal. The caller holds the commit lock. Raises `StoreError`."""
        applied = self._base.view().applied()
        self._journal.recover(applied)
        self.seen = self._journal.sequence
        self.words[APPLIED] = applied.sequence

    def refresh(self) -> None:
        """See `contract.Store.refresh`."""
        if self.words[PUBLISHED] != self.seen:
            self._catch_up()

    def view(self) -> BaseView:
        """The base, neither ahead of what the layers show nor behind what they no longer hold."""
        self.refresh()
        while (view := self._base.view()).checkpoint() != self._checkpoint:
            if view.applied().sequence <= self.seen:
                self._checkpoint = view.checkpoint()
            else:
                self._catch_up()
        return view

    def begin(self) -> bool:
        if self._refusal is not None:
            raise self._refusal
        if not (self.before_group() and self._turns.take()):
            return False
        try:
            self.refresh()
            self._journal.settle()
            self.seen = self._journal.sequence
        except BaseException as error:
            self._turns.give()
            if isinstance(error, OSError):
                raise store_error(error, "read the journal", self._directory) from None
            raise
        return True

    def read(self, key: bytes) -> bytes | None:
        for layer in self.stack.layers:
            if key in layer.values:
                return layer.values[key]
        return self._base.get(key)

    async def land(self, puts: Puts, commits: int) -> None:
        journal = self._journal
        try:
            journal.write(puts)
        except OSError as error:
            raise store_error(error, "write to the journal", self._directory) from None
        if not self._relaxed:
            try:
                await self._syncs.run(journal.segment, commits)
            except OSError as error:
                # Nobody knows whether it is durable, and asking again would not tell: the kernel may have dropped it.
                self._refusal = StoreUnavailable(f"{journal.segment.path}: writing has stopped: a sync failed: {error}")
                raise self._refusal from error
        journal.publish()
        self._apply(journal.segment.number, journal.sequence, puts)
        self.seen = journal.sequence
        self.commits_landed += commits
        self.groups_landed += 1
        self.keys_landed += len(puts)

    def end(self) -> None:
        self._turns.give()

    def gathers(self) -> bool:
        return not (self._relaxed or self._syncs.suits_the_loop())

    def backlog(self) -> int:
        """How many full segments the base does not hold."""
        return len(self._ends)

    def keys_in_memory(self) -> int:
        """How many keys the layers hold."""
        return sum(len(layer.values) for layer in self.stack.layers)

    def finished(self) -> Advance | None:
        """What the segments hold that are full, and the base does not."""
        layers = self.stack.layers
        full = [layer for layer in layers if layer.generation < layers[0].generation]
        if not full:
            return None
        newest = full[0].generation
        return Advance(_values(full), Place(self._ends[newest], newest + 1, segments.HEADER_BYTES))

    def everything(self) -> Advance | None:
        """What the base does not hold, durable in the journal. Nothing may land afterwards. Raises `OSError`."""
        values = _values(self.stack.layers)
        if not values:
            return None
        if self._relaxed:
            self._journal.segment.sync()
        return Advance(values, self._journal.place())

    def drop_applied(self) -> None:
        """Forget the layers that the base holds."""
        applied = self.words[APPLIED]
        held = [generation for generation, end in self._ends.items() if end <= applied]
        if held:
            self.stack.drop(max(held))
            for generation in held:
                del self._ends[generation]

    def close(self) -> None:
        self._refusal = StoreUnavailable("The store is closed.")
        self.words = _CLOSED
        self.stack = LayerStack(Layer())
        self._syncs.close()
        self._journal.close()

    def _catch_up(self) -> None:
        if self.words is _CLOSED:
            raise StoreUnavailable("The store is closed.")
        try:
            try:
                self._journal.catch_up()
            except Overtaken:
                self._start_over()
        except OSError as error:
            raise store_error(error, "read the journal", self._directory) from None
        self.seen = self._journal.sequence
        self.drop_applied()

    def _start_over(self) -> None:
        """Take the base for what it is now, and go on from there: what it holds is no longer in the journal."""
        self.watchers.notify_all()
        before = None
        while (applied := self._base.view().applied()) != before:
            before = applied
            self.stack = LayerStack(Layer())
            self._ends.clear()
            with suppress(Overtaken):
                self._journal.resume(applied)
                self._journal.catch_up()
                return
        raise StoreDamaged(f"{self._directory}: the journal does not go on after group {applied.sequence} of the base")

    def _apply(self, segment: int, sequence: int, puts: Puts) -> None:
        self.watchers.notify(puts)
        top = self.stack.layers[0]
        if segment != top.generation:
            if top.values:
                self._ends[top.generation] = sequence - 1
                self.stack.begin(segment)
            else:
                top.generation = segment
        self.stack.put_all(puts)


def _values(layers: Sequence[Layer]) -> Mapping[bytes, bytes | None]:
    """What layers, the newest first, say together."""
    if len(layers) == 1:
        return layers[0].values
    values: dict[bytes, bytes | None] = {}
    for layer in reversed(layers):
        values.update(layer.values)
    return values
