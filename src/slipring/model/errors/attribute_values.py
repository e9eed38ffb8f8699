"""What is wrong with an attribute value, in the service's own words.

The odd spellings ("An number set  may not be empty", "]of type BS") are the service's. It has two layers of these
checks, with words of their own for a few mistakes, and each operation goes through one of them (observed): where they
differ, an error's message is the older layer's, and `in_newer_words` gives the other.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from slipring.model.errors.tree import ValidationException

_INVALID = "One or more parameter values were invalid: "


_OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
_UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"


def in_newer_words(error: ValidationException) -> ValidationException:
    """What the newer layer says instead of `error`, which may be any error."""
    return error if error.newer_message is None else ValidationException(error.newer_message)


def _in_both(older: str, newer: str) -> ValidationException:
    error = ValidationException(older)
    error.newer_message = newer
    return error


def empty_value() -> ValidationException:
    return ValidationException("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")


def several_types() -> ValidationException:
    return ValidationException(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
    )


def null_not_true() -> ValidationException:
    return ValidationException(_INVALID + "Null attribute value types must have the value of true")


def empty_string_set() -> ValidationException:
    return ValidationException(_INVALID + "An string set  may not be empty")


def empty_number_set() -> ValidationException:
    return ValidationException(_INVALID + "An number set  may not be empty")


def empty_binary_set() -> ValidationException:
    return ValidationException(_INVALID + "Binary sets should not be empty")


def null_in_set(adjective: str) -> ValidationException:
    """`adjective` is string, number or binary."""
    return ValidationException(f"{_INVALID}An {adjective} set may not have a null string as a member")


def duplicate_strings(members: Sequence[str], in_order: Sequence[str]) -> ValidationException:
    """`in_order` are the members as the newer layer lists them: in byte order up to the first that is repeated, then
    as sent."""
    quoted = ", ".join([orjson.dumps(member).decode() for member in in_order])
    return _in_both(
        f"{_INVALID}Input collection [{', '.join(members)}] contains duplicates.",
        f"{_INVALID}Input collection [{quoted}] contains duplicates.",
    )


def duplicate_numbers() -> ValidationException:
    reason = "Input collection contains duplicates"
    return _in_both(reason, f"{_INVALID}{reason}.")


def duplicate_binaries(members: Sequence[str], in_order: Sequence[str]) -> ValidationException:
    """As `duplicate_strings`."""
    quoted = ",".join([f'"{member}"' for member in in_order])
    return _in_both(
        f"{_INVALID}Input collection [{', '.join(members)}]of type BS contains duplicates.",
        f"{_INVALID}Input collection [{quoted}]of type BS contains duplicates.",
    )


def nested_too_deep() -> ValidationException:
    return ValidationException(
        "Nesting Levels have exceeded supported limits: "
        "Attributes in the item have nested levels beyond supported limit"
    )


def empty_attribute_name() -> ValidationException:
    return ValidationException("Empty attribute name")


def attribute_name_too_long() -> ValidationException:
    return ValidationException(
        "1 validation error detected: Attribute name is too large, must be less than 65536 bytes"
    )


def not_a_number(text: str) -> ValidationException:
    reason = "The parameter cannot be converted to a numeric value"
    return ValidationException(f"{reason}: {text}") if text else _in_both(reason, f"{reason}: ")


def too_many_digits() -> ValidationException:
    return ValidationException("Attempting to store more than 38 significant digits in a Number")


def number_overflow() -> ValidationException:
    return ValidationException(_OVERFLOW)


def number_overflow_wrapped() -> ValidationException:
    """A number so large that the older layer's 32 bits take its magnitude for a small one."""
    return _in_both(_UNDERFLOW, _OVERFLOW)


def number_underflow() -> ValidationException:
    return ValidationException(_UNDERFLOW)
