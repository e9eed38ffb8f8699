"""What the framework says when a body's JSON doesn't have the shape of the operation's input."""

from __future__ import annotations

from slipring.model.errors.tree import SerializationException


def cannot_be_converted(value: object, target: str) -> SerializationException:
    """A JSON scalar where another kind is wanted; `target` is the Java class that the framework names."""
    return SerializationException(f"{_token(value)} cannot be converted to {target}")


def _token(value: object) -> str:
    if isinstance(value, str):
        return "STRING_VALUE"
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    return "NUMBER_VALUE" if isinstance(value, int) else "DECIMAL_VALUE"


def list_where_not_expected(target: str) -> SerializationException:
    """`target` is the Java type that the framework names, "class java.lang.String" for one."""
    return SerializationException(f"Unrecognized collection type {target}")


def structure_where_not_expected() -> SerializationException:
    return SerializationException("Start of structure or map found where not expected")


def unexpected_field_type() -> SerializationException:
    """A scalar where a list, map or structure is wanted."""
    return SerializationException("Unexpected field type")


def unexpected_token() -> SerializationException:
    """A string where a boolean is wanted."""
    return SerializationException("Unexpected token received from parser")


def not_a_base64_string() -> SerializationException:
    return SerializationException("only base-64-encoded strings are convertible to bytes")
