"""The journal: commit groups in order, one durable frame each, shared by every process on the store.

Only the holder of the commit lock appends. What is appended becomes visible to all processes when its sequence is
published, after it is durable. docs/storage-format.md says what every crash leaves.
"""

from __future__ import annotations

from collections.abc import Callable

from slipring.storage.contract import StoreDamaged
from slipring.storage.file import frames, segments
from slipring.storage.file.control import PUBLISHED, WRITING, Control
from slipring.storage.file.disk import Disk
from slipring.storage.file.frames import Puts
from slipring.storage.file.place import Place
from slipring.storage.file.segments import Segment

Apply = Callable[[int, int, Puts], None]
"""Takes the number of a segment, the sequence of a frame in it, and what the frame writes."""


class Overtaken(Exception):
    """The segments after this process's place are gone: the base holds what they held."""


class Journal:
    """This process's place in the journal, which is where it reads next and, holding the lock, writes next."""

    def __init__(self, disk: Disk, control: Control, *, segment_bytes: int, relaxed: bool, apply: Apply) -> None:
        self._disk = disk
        self._words = control.words
        self._segment_bytes = segment_bytes
        self._relaxed = relaxed
        self._apply = apply
        self._segment: Segment | None = None
        self._offset = 0
        self._written = b""
        self.sequence = 0
        """The newest frame that was applied."""

    @property
    def segment(self) -> Segment:
        """Where it reads and writes. There is one from `recover` on."""
        assert self._segment is not None
        return self._segment

    def recover(self, applied: Place) -> None:
        """Apply every frame after `applied`, publish the last. The caller holds the commit lock.

        A last frame that is not whole was never acknowledged and counts as never written. Raises `StoreDamaged` if
        one that was acknowledged is missing or bad, and has then changed nothing.
        """
        self._start(applied)
        last = self._apply_rest()
        later = self._check_end()
        self._publish_rest(last)
        if later:
            # A power cut left whole frames behind a missing one. They must not be found again behind new ones.
            self._roll(self.sequence + 1)

    def catch_up(self) -> None:
        """Apply what other processes published. Raises `Overtaken`."""
        while self.sequence < self._words[PUBLISHED]:
            if not self._apply_next() and not self._enter_next():
                raise Overtaken

    def resume(self, applied: Place) -> None:
        """Take a new place. Raises `Overtaken` when the base has moved on meanwhile."""
        try:
            self._enter(segments.open_segment(self._disk, applied.segment), applied)
        except FileNotFoundError:
            raise Overtaken from None

    def place(self) -> Place:
        """Where the next frame stands or will stand."""
        return Place(self.sequence, self.segment.number, self._offset)

    def settle(self) -> None:
        """Finish what a writer that died or failed left behind. The caller holds the commit lock."""
        if self._words[WRITING]:
            self._publish_rest(self._apply_rest())

    def write(self, puts: Puts) -> None:
        """Write a group where the next frame belongs. The caller holds the commit lock and has settled.

        Raises `OSError`, and then nothing has changed.
        """
        self._words[WRITING] = 1
        self._written = self._encoded(self.sequence + 1, puts)
        self.segment.write(self._written, self._offset)

    def publish(self) -> None:
        """Let every process see what was written."""
        self._offset += len(self._written)
        self.sequence += 1
        self._words[PUBLISHED] = self.sequence
        self._words[WRITING] = 0

    def close(self) -> None:
        if self._segment is not None:
            self._segment.close()
            self._segment = None

    def _encoded(self, sequence: int, puts: Puts) -> bytes:
        frame = frames.encode(self.segment.salt, sequence, puts)
        full = self._offset > segments.HEADER_BYTES and self._offset + len(frame) > self._segment_bytes
        if full or self._relaxed > self.segment.relaxed:
            self._roll(sequence)
            frame = frames.encode(self.segment.salt, sequence, puts)
        return frame

    def _roll(self, first_sequence: int) -> None:
        if self.segment.relaxed:
            self.segment.sync()
        number = self.segment.number + 1
        segment = segments.create(self._disk, number, first_sequence, relaxed=self._relaxed)
        self._enter(segment, Place(first_sequence - 1, number, segments.HEADER_BYTES))

    def _start(self, applied: Place) -> None:
        """Go to the place after the base's, in a new store to its beginning."""
        numbers = segments.numbers(self._disk)
        if applied.segment in numbers:
            segment = segments.open_segment(self._disk, applied.segment)
        elif numbers or applied.sequence or self._words[PUBLISHED]:
            path = segments.path_of(self._disk, applied.segment)
            raise StoreDamaged(f"{path}: missing, and it holds what follows group {applied.sequence}")
        else:
            segment = segments.create(self._disk, applied.segment, 1, relaxed=self._relaxed)
        self._enter(segment, applied)

    def _apply_rest(self) -> bytes | None:
        """Apply everything that is there, published or not; the last frame."""
        last = None
        while (frame := self._apply_next()) or self._enter_next():
            last = frame or last
        return last

    def _publish_rest(self, last: bytes | None) -> None:
        """Make what `_apply_rest` found durable and publish it.

        The last frame is written again first: after a failed sync its pages may count as clean without ever having
        reached the disk, and a further sync would not write them. Who made the segment may have died before its name
        was durable.
        """
        if last is not None and self._offset > segments.HEADER_BYTES:
            self.segment.write(last, self._offset - len(last))
        self.segment.sync()
        self._disk.sync_directory()
        self._words[PUBLISHED] = self.sequence
        self._words[WRITING] = 0

    def _apply_next(self) -> bytes | None:
        """Apply the next frame if it is there."""
        frame = self.segment.frame(self._offset, self.sequence + 1)
        if frame is not None:
            self._apply(self.segment.number, self.sequence + 1, frames.decode(frame))
            self._offset += len(frame)
            self.sequence += 1
        return frame

    def _enter_next(self) -> bool:
        """Go on to the next segment if it begins where this one ends."""
        try:
            segment = segments.open_segment(self._disk, self.segment.number + 1)
        except FileNotFoundError:
            return False
        if segment.first_sequence != self.sequence + 1:
            segment.close()
            return False
        self._enter(segment, Place(self.sequence, segment.number, segments.HEADER_BYTES))
        return True

    def _enter(self, segment: Segment, place: Place) -> None:
        self.close()
        self._segment = segment
        self._offset = place.offset
        self.sequence = place.sequence

    def _check_end(self) -> bool:
        """Raise `StoreDamaged` if the journal does not end where it seems to.

        In a segment that was not synced group by group, whole frames may follow a missing one: True if so.
        """
        segment, expected = self.segment, self.sequence + 1
        damage = f"{segment.path}: group {expected}, at offset {self._offset}, is damaged"
        if segments.numbers(self._disk)[-1] > segment.number:
            raise StoreDamaged(f"{damage}: a later segment follows")
        if self._words[PUBLISHED] == self.sequence and not segment.relaxed:
            return False
        later = frames.later_frame(segment.rest(self._offset), segment.salt, expected)
        if segment.relaxed:
            return later is not None
        if later is not None:
            raise StoreDamaged(f"{damage}: a whole group follows at offset {self._offset + later}")
        if self._words[PUBLISHED] > self.sequence:
            raise StoreDamaged(f"{damage}: groups up to {self._words[PUBLISHED]} were acknowledged")
        return False
