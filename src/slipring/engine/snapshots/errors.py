"""What snapshots refuse."""

from __future__ import annotations


class SnapshotError(Exception):
    """The message is one line that says what is wrong."""


class SnapshotMissing(SnapshotError):
    pass
