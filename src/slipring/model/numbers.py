"""DynamoDB's numbers: 38 significant digits, magnitudes from 1E-130 to 9.99…E+125, zero.

The canonical text of a number is its plain decimal notation without an exponent, leading zeros, trailing fraction
zeros, plus sign or negative zero; two numbers are equal exactly when their canonical texts are.
Source: API reference, AttributeValue; developer guide, "Supported data types and naming rules".
"""

from __future__ import annotations

import re
from binascii import unhexlify
from decimal import Context, Decimal, Inexact

from slipring.model.errors import attribute_values as errors
from slipring.model.limits import NUMBER_DIGITS_MAX, NUMBER_EXPONENT_MAX, NUMBER_EXPONENT_MIN

_CANONICAL = re.compile(r"0|-?(?:[1-9][0-9]*(?:\.[0-9]*[1-9])?|0\.[0-9]*[1-9])")
_NUMBER = re.compile(r"([+-]?)(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?")
_INT32_MAX = 2**31 - 1
_INT64_MAX = 2**63 - 1
_INT64_DIGITS = len(str(_INT64_MAX))

# Wide enough that the sum of any two numbers is exact.
_EXACT = Context(prec=NUMBER_EXPONENT_MAX - NUMBER_EXPONENT_MIN + NUMBER_DIGITS_MAX + 2, traps=[Inexact])


def normalise(text: str) -> str:
    """The canonical text of a number.

    Raises ValidationException for anything else than a number, for more than 38 significant digits, and for
    magnitudes out of range.
    """
    if len(text) <= NUMBER_DIGITS_MAX:
        if text.isdigit() and text[0] != "0" and text.isascii():
            return text
        if _CANONICAL.fullmatch(text) is not None:
            return text
    return _normalise_any(text)


def _normalise_any(text: str) -> str:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise errors.not_a_number(text)
    sign, whole, fraction, bare_fraction, written_power = match.groups()
    whole = whole or ""
    fraction = fraction or bare_fraction or ""
    power = _power(text, written_power or "0")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        # Zero has no first digit: the exponent that it is written with is judged (observed).
        _check_range(digits, power)
        return "0"
    exponent = len(digits) - 1 - len(fraction) + power
    digits = digits.rstrip("0")
    _check_range(digits, exponent)
    return ("-" if sign == "-" else "") + _plain(digits, exponent)


def _power(text: str, written: str) -> int:
    """The power of ten that a number is written with; one that 64 bits don't hold makes it no number (observed)."""
    digits = written.lstrip("+-").lstrip("0") or "0"
    if len(digits) > _INT64_DIGITS or int(digits) > _INT64_MAX:
        raise errors.not_a_number(text)
    return -int(digits) if written[0] == "-" else int(digits)


def _check_range(digits: str, exponent: int) -> None:
    """`exponent` is that of the first digit, as in 1.23E+4. Magnitude is judged before precision (observed)."""
    if exponent == _INT32_MAX:
        raise errors.number_overflow_wrapped()
    if exponent > NUMBER_EXPONENT_MAX:
        raise errors.number_overflow()
    if exponent < NUMBER_EXPONENT_MIN:
        raise errors.number_underflow()
    if len(digits) > NUMBER_DIGITS_MAX:
        raise errors.too_many_digits()


def _plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    point = exponent + 1
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


def _scientific(text: str) -> tuple[str, int]:
    """The significant digits of a positive canonical text, and the exponent of the first."""
    whole, _, fraction = text.partition(".")
    if not fraction:
        return whole.rstrip("0"), len(whole) - 1
    if whole != "0":
        return whole + fraction, len(whole) - 1
    digits = fraction.lstrip("0")
    return digits, len(digits) - len(fraction) - 1


# A sort key is a byte for the sign, one for the exponent, and the digits as nibbles 1 to 10 with a 0 to end them;
# a negative number has every nibble after the sign inverted. The end nibble makes the encoding self-delimiting.
_ZERO_KEY = b"\x02"
_POSITIVE_HEADS = [bytes((3, exponent)) for exponent in range(256)]
_NEGATIVE_HEADS = [bytes((1, 255 - exponent)) for exponent in range(256)]
_POSITIVE_NIBBLES = bytes.maketrans(b"0123456789", b"123456789a")
_NEGATIVE_NIBBLES = bytes.maketrans(b"0123456789", b"edcba98765")


def sort_key(text: str) -> bytes:
    """A canonical number as bytes that sort by value; no number's key is a prefix of another's."""
    if text == "0":
        return _ZERO_KEY
    if text[0] == "-":
        digits, exponent = _scientific(text[1:])
        end = b"f" if len(digits) & 1 else b"ff"
        return _NEGATIVE_HEADS[exponent - NUMBER_EXPONENT_MIN] + unhexlify(
            digits.encode().translate(_NEGATIVE_NIBBLES) + end
        )
    digits, exponent = _scientific(text)
    end = b"0" if len(digits) & 1 else b"00"
    return _POSITIVE_HEADS[exponent - NUMBER_EXPONENT_MIN] + unhexlify(
        digits.encode().translate(_POSITIVE_NIBBLES) + end
    )


def size_bytes(text: str) -> int:
    """What a canonical number counts towards its item's size.

    One byte, one per two digits before the point and one per two digits after it, leading and trailing zeros of the
    whole number left out, and one more if it is negative. (Measured at the service's 400 KB limit; the developer
    guide's "DynamoDB item sizes and formats" gives an approximation.)
    """
    if text.isdigit():
        return 1 + (len(text.rstrip("0")) + 1) // 2
    if text[0] == "-":
        return 1 + size_bytes(text[1:])
    whole, _, fraction = text.partition(".")
    if whole == "0":
        return 1 + (len(fraction.lstrip("0")) + 1) // 2
    return 1 + (len(whole) + 1) // 2 + (len(fraction) + 1) // 2


def decimal(text: str) -> Decimal:
    """A canonical number as an exact Decimal."""
    return Decimal(text)


def add(first: str, second: str) -> str:
    """The sum of two canonical numbers, canonical.

    Raises ValidationException where the exact sum is out of range or has more than 38 significant digits; the service
    refuses such results, it doesn't round them (observed).
    """
    if len(first) < NUMBER_DIGITS_MAX and len(second) < NUMBER_DIGITS_MAX and first.isdigit() and second.isdigit():
        # Counters, mostly; a sum of integers of 37 digits has 38 at most.
        return str(int(first) + int(second))
    return normalise(format(_EXACT.add(Decimal(first), Decimal(second)), "f"))


def subtract(first: str, second: str) -> str:
    """The difference of two canonical numbers, canonical; raises as `add` does."""
    return normalise(format(_EXACT.subtract(Decimal(first), Decimal(second)), "f"))
