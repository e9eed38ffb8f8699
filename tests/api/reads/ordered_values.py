"""Sort key values of each type, with the order that DynamoDB documents for them.

Developer Guide, "Data types": strings sort by the bytes of their UTF-8 encoding, binaries by unsigned bytes, numbers by
value, with 38 digits from 1E-130 to 9.9…E+125 and the same below zero.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

STRINGS = [
    "\x00",
    "\x00\x00",
    "\x00\x01",
    "\x01",
    "\x01\x00",
    " ",
    "0",
    "10",
    "9",
    "A",
    "a",
    "a\x00",
    "a\x00a",
    "a\x00\U0010ffff",
    "a\x01",
    "aa",
    "ab",
    "b",
    "\x7f",
    "\x80",
    "é",
    "\ud7ff",
    "\ue000",
    "\uffff",
    "\U00010000",
    "\U0010ffff",
    "\U0010ffff\x00",
    "\U0010ffff\U0010ffff",
    "\U0010ffff" * 256,
]
"""Zero bytes end nothing, U+FFFF sorts before U+10000 (unlike in UTF-16), and nothing sorts after U+10FFFF."""

_NINES = "9." + "9" * 37
NUMBERS = [
    f"-{_NINES}E+125",
    "-1E+125",
    "-1000",
    "-100",
    "-99.5",
    "-99",
    "-10",
    "-9",
    "-1.0000000000000000000000000000000000001",
    "-1",
    "-0.1",
    f"-{_NINES}E-93",
    "-1E-130",
    "0",
    "1E-130",
    "1.1E-130",
    f"{_NINES}E-93",
    "0.1",
    "0.9",
    "1",
    "1.0000000000000000000000000000000000001",
    "9",
    "10",
    "99",
    "99.5",
    "100",
    "1000",
    "12345678901234567890123456789012345677",
    "12345678901234567890123456789012345678",
    "1E+125",
    f"{_NINES}E+125",
]
"""Both ends of the range, neighbours that differ in the 38th digit, and numbers whose text sorts otherwise."""

BINARIES = [
    b"\x00",
    b"\x00\x00",
    b"\x00\x01",
    b"\x00\xff",
    b"\x01",
    b"\x01\x00",
    b"a",
    b"a\x00",
    b"a\xff",
    b"b",
    b"\x7f",
    b"\x80",
    b"\xfe",
    b"\xfe\xff",
    b"\xff",
    b"\xff\x00",
    b"\xff\xfe",
    b"\xff\xff",
    b"\xff\xff\x00",
    b"\xff" * 1024,
]
"""Bytes above 7F are large, not negative, and FF is a byte like any other."""

VALUES: dict[str, list[Any]] = {"S": STRINGS, "N": NUMBERS, "B": BINARIES}


def position(kind: str, value: Any) -> Any:
    """What Python has to compare to put a value of this type into DynamoDB's order."""
    if kind == "S":
        return value.encode()
    return Decimal(value) if kind == "N" else bytes(value)


def begins_with(value: Any, prefix: Any) -> bool:
    return bool(value.startswith(prefix))
