"""Places in the journal."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """The end of one frame and the beginning of the next."""

    sequence: int
    """Of the frame that ends here; 0 at the beginning of the journal."""
    segment: int
    offset: int
