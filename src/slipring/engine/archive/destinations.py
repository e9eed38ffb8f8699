"""Where an archive is kept: named objects, each written whole.

Their calls block; the archive makes them in a thread.
"""

from __future__ import annotations

from typing import Protocol


class ArchiveError(Exception):
    """The archive could not be read or written; the message is one line that says what and where."""


class ObjectTaken(ArchiveError):
    """There is another object of the name."""


PARTIAL = "partial/"
"""Under this prefix lies what was not written to its end, where a destination has that."""


class Destination(Protocol):
    """Objects by name. Names are made of letters, digits, `-`, `.` and `/`. Every call raises ArchiveError."""

    def put(self, name: str, data: bytes) -> None:
        """Write an object, which is there whole once this returns, and not there at all before."""
        ...

    def create(self, name: str, data: bytes) -> None:
        """The same, if there is none of the name: of several who try, one succeeds. Raises ObjectTaken; does nothing
        where the object is there with this content already."""
        ...

    def get(self, name: str) -> bytes: ...

    def names(self, prefix: str) -> list[str]:
        """The names that begin with `prefix`, in order; those of partial objects only if it asks for them."""
        ...

    def delete(self, name: str) -> None:
        """Delete an object, if it is there."""
        ...
