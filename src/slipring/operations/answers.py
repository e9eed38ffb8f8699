"""Answers put together from stored JSON and a few members of our own."""

from __future__ import annotations

from typing import Any

import orjson

from slipring.engine import rows

EMPTY = [b"{}"]


class AnswerParts:
    """The members of a JSON object, collected as bytes."""

    __slots__ = ("_pieces",)

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def add(self, name: bytes, value: Any) -> None:
        """Add a member from a Python value."""
        self.splice(name, orjson.dumps(value))

    def add_row(self, name: bytes, row: bytes) -> None:
        """Add a member from a stored item."""
        self.splice(name, rows.json(row))

    def splice(self, name: bytes, json: bytes) -> None:
        """Add a member from JSON; `name` needs no escaping."""
        self._pieces += (b',"' if self._pieces else b'{"', name, b'":', json)

    def finish(self) -> list[bytes]:
        """The object's JSON in pieces."""
        if not self._pieces:
            return EMPTY
        self._pieces.append(b"}")
        return self._pieces


def around(opening: bytes, elements: list[bytes], closing: bytes) -> bytes:
    """The elements with commas between them, within an opening and a closing. Put together in one go: copies of a
    page are what a page costs."""
    if not elements:
        return opening + closing
    if len(elements) == 1:
        return b"".join((opening, elements[0], closing))
    return b",".join((opening + elements[0], *elements[1:-1], elements[-1] + closing))


def answer(value: Any) -> list[bytes]:
    """The answer from a Python value."""
    return [orjson.dumps(value)]
