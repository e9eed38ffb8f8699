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


def answer(value: Any) -> list[bytes]:
    """The answer from a Python value."""
    return [orjson.dumps(value)]
