"""Attribute values, wherever they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.checks.table import INVALID, REPORT, SEEN, Check, Spoil

OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
NESTED = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "leaf"}
    for _ in range(levels):
        value = {"M": {"n": value}}
    return value


JSON_OF_VALUES: list[tuple[str, Any, str]] = [
    ("structure_expected", "a", "Unexpected value type in payload"),
    ("string_expected", {"S": 1.5}, "DECIMAL_VALUE cannot be converted to String"),
    ("boolean_expected", {"BOOL": "true"}, "Unexpected token received from parser"),
    ("blob_expected", {"B": 1}, "only base-64-encoded strings are convertible to bytes"),
    ("list_expected", {"L": "a"}, "Unexpected field type"),
    (
        "map_expected",
        {"M": []},
        "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>",
    ),
    ("base64_length", {"B": "abc"}, "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
    ("base64_character", {"B": "ab!d"}, "Invalid base 64 character: '!'"),
    ("base64_last_character", {"B": "ab=="}, "Invalid last non-pad Base64 character dectected"),
]

BAD_VALUES: list[tuple[str, Any, str]] = [
    (
        "empty_value",
        {},
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    ),
    (
        "several_types",
        {"S": "a", "N": "1"},
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    ),
    ("null_not_true", {"NULL": False}, INVALID + "Null attribute value types must have the value of true"),
    ("empty_string_set", {"SS": []}, INVALID + "An string set  may not be empty"),
    ("empty_number_set", {"NS": []}, INVALID + "An number set  may not be empty"),
    ("empty_binary_set", {"BS": []}, INVALID + "Binary sets should not be empty"),
    ("null_in_set", {"SS": ["a", None]}, INVALID + "An string set may not have a null string as a member"),
    ("duplicate_strings", {"SS": ["b", "a", "b"]}, INVALID + "Input collection [b, a, b] contains duplicates."),
    ("duplicate_numbers", {"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
    (
        "duplicate_binaries",
        {"BS": ["AA==", "AA=="]},
        INVALID + "Input collection [AA==, AA==]of type BS contains duplicates.",
    ),
    ("nested_too_deep", deep(32), NESTED),
    ("empty_attribute_name", {"M": {"": {"S": "x"}}}, "Empty attribute name"),
    ("not_a_number", {"N": "abc"}, "The parameter cannot be converted to a numeric value: abc"),
    ("too_many_digits", {"N": "1" * 39}, "Attempting to store more than 38 significant digits in a Number"),
    ("number_overflow", {"N": "1e126"}, OVERFLOW),
    ("number_overflow_wrapped", {"N": "1e2147483647"}, UNDERFLOW),
    ("number_underflow", {"N": "1e-131"}, UNDERFLOW),
]


def value_checks(place: Callable[[Any], Spoil], wrapped: str = "{}") -> list[Check]:
    """Every mistake in a value, put in its place; `wrapped` is how the operation tells it."""
    return [
        Check(f"attribute_values.{constructor}", place(value), wrapped.format(message), SEEN)
        for constructor, value, message in BAD_VALUES
    ]


def value_json_checks(place: Callable[[Any], Spoil]) -> list[Check]:
    """Every value that is not of the shape of one."""
    return [
        Check(f"serialization.{constructor}", place(value), message, REPORT, "SerializationException")
        for constructor, value, message in JSON_OF_VALUES
    ]
