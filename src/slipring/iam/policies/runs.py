"""What stands between two `*` of a pattern, found in a text.

It is of fixed length, so nothing backtracks, but each place where it nearly is costs its length: hostile patterns are
looked for in another way.
"""

from __future__ import annotations

import re
from collections.abc import Callable

ANY_ONE = "\x02"
"""`?`: exactly one character."""

_STEPS_MAX = 1 << 16
"""Up to so many steps at the worst a regular expression looks for a run: it is the faster one nearly always."""

Find = Callable[[str, int, int], int]
"""Where in a text, from one place and up to another, a run begins first; -1 if it is not there."""


def finder(run: str) -> Find:
    """How to find a run."""
    search = piece(run).search

    def find(text: str, start: int, stop: int) -> int:
        if len(run) * (stop - start) > _STEPS_MAX:
            found_at = _leftmost(run, text[start:stop])
            return found_at if found_at < 0 else start + found_at
        found = search(text, start, stop)
        return -1 if found is None else found.start()

    return find


def piece(run: str) -> re.Pattern[str]:
    """Matches a run that is fixed but for the characters that `?` stands for."""
    return re.compile("".join("." if character == ANY_ONE else re.escape(character) for character in run), re.DOTALL)


def _leftmost(run: str, text: str) -> int:
    """Tries every place at once: bit by bit a whole number tells where the run may still begin."""
    places = len(text) - len(run) + 1
    if places <= 0:
        return -1
    may_begin = (1 << places) - 1
    where = _bits(text, set(run) - {ANY_ONE})
    for offset, character in enumerate(run):
        if character != ANY_ONE:
            may_begin &= where[character] >> offset
            if not may_begin:
                return -1
    return (may_begin & -may_begin).bit_length() - 1


def _bits(text: str, characters: set[str]) -> dict[str, int]:
    """For each of the characters a number whose bits tell where in the text it stands."""
    rows = {character: bytearray(len(text) // 8 + 1) for character in characters}
    for place, character in enumerate(text):
        row = rows.get(character)
        if row is not None:
            row[place >> 3] |= 1 << (place & 7)
    return {character: int.from_bytes(row, "little") for character, row in rows.items()}
