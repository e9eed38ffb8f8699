"""What is wrong with an attribute value, in the service's own words.

The odd spellings ("An number set  may not be empty", "]of type BS") are the service's.
"""

from __future__ import annotations

from collections.abc import Sequence

from slipring.model.errors.tree import ValidationException

_INVALID = "One or more parameter values were invalid: "


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


def duplicate_strings(members: Sequence[str]) -> ValidationException:
    return ValidationException(f"{_INVALID}Input collection [{', '.join(members)}] contains duplicates.")


def duplicate_numbers() -> ValidationException:
    return ValidationException("Input collection contains duplicates")


def duplicate_binaries(members: Sequence[str]) -> ValidationException:
    return ValidationException(f"{_INVALID}Input collection [{', '.join(members)}]of type BS contains duplicates.")


def nested_too_deep() -> ValidationException:
    return ValidationException(
        "Nesting Levels have exceeded supported limits: "
        "Attributes in the item have nested levels beyond supported limit"
    )


def attribute_name_too_long() -> ValidationException:
    return ValidationException(
        "1 validation error detected: Attribute name is too large, must be less than 65536 bytes"
    )


def not_a_number(text: str) -> ValidationException:
    reason = "The parameter cannot be converted to a numeric value"
    return ValidationException(f"{reason}: {text}" if text else reason)


def too_many_digits() -> ValidationException:
    return ValidationException("Attempting to store more than 38 significant digits in a Number")


def number_overflow() -> ValidationException:
    return ValidationException(
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    )


def number_underflow() -> ValidationException:
    return ValidationException(
        "Number underflow. Attempting to store a number with magnitude smaller than supported range"
    )
