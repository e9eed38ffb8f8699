"""What the framework says when a body's JSON doesn't have the shape of the operation's input.

Every constructor is handed the value that was found and chooses the words by its kind. The framework names the Java
types that it wanted. The messages with String, Map and "Start of structure or map" were observed in clients' reports.
"""

from __future__ import annotations

from slipring.model.errors.tree import SerializationException


def not_an_object() -> SerializationException:
    """The body as a whole; the service sends no message."""
    return SerializationException("")


def string_expected(found: object) -> SerializationException:
    return _scalar_expected(found, "String", "class java.lang.String")


def number_expected(found: object, java_class: str) -> SerializationException:
    """`java_class` is Integer, Long or Double. Numbers out of the class's range are refused with the same words."""
    return _scalar_expected(found, java_class, f"class java.lang.{java_class}")


def timestamp_expected(found: object) -> SerializationException:
    if isinstance(found, str | bool):
        return SerializationException(f"{_token(found)} can not be converted to milliseconds since epoch")
    return _scalar_expected(found, "Date", "class java.util.Date")


def boolean_expected(found: object) -> SerializationException:
    if isinstance(found, str):
        return SerializationException("Unexpected token received from parser")
    return _scalar_expected(found, "Boolean", "class java.lang.Boolean")


def blob_expected(found: object) -> SerializationException:
    if isinstance(found, list):
        return _list_found("class java.nio.ByteBuffer")
    if isinstance(found, dict):
        return _structure_found()
    return SerializationException("only base-64-encoded strings are convertible to bytes")


def list_expected(found: object) -> SerializationException:
    return _structure_found() if isinstance(found, dict) else _unexpected_field()


def map_expected(found: object, java_type: str, *, element: bool) -> SerializationException:
    """`java_type` is that of `java_map`; `element` says that the value stands in a list or map itself."""
    if isinstance(found, list):
        return _list_found(java_type)
    return _unexpected_element() if element else _unexpected_field()


def structure_expected(found: object, shape: str, *, element: bool) -> SerializationException:
    """`shape` is the structure's name in the service model."""
    return map_expected(found, f"class {java_class(shape)}", element=element)


def java_class(shape: str) -> str:
    """The Java class of a structure."""
    return f"com.amazonaws.dynamodb.v20120810.{shape}"


def java_map(values: str) -> str:
    """The Java type of a map from strings to the Java type `values`."""
    return f"java.util.Map<java.lang.String, {values}>"


def java_list(elements: str) -> str:
    """The Java type of a list of the Java type `elements`."""
    return f"java.util.List<{elements}>"


def base64_length(length: int) -> SerializationException:
    return SerializationException(f"Base64 encoded length is expected a multiple of 4 bytes but found: {length}")


def base64_character(character: str) -> SerializationException:
    return SerializationException(f"Invalid base 64 character: '{character}'")


def base64_last_character() -> SerializationException:
    """The spelling is the service's."""
    return SerializationException("Invalid last non-pad Base64 character dectected")


def _scalar_expected(found: object, java_class: str, java_type: str) -> SerializationException:
    if isinstance(found, list):
        return _list_found(java_type)
    if isinstance(found, dict):
        return _structure_found()
    return SerializationException(f"{_token(found)} cannot be converted to {java_class}")


def _list_found(java_type: str) -> SerializationException:
    return SerializationException(f"Unrecognized collection type {java_type}")


def _structure_found() -> SerializationException:
    return SerializationException("Start of structure or map found where not expected")


def _unexpected_field() -> SerializationException:
    return SerializationException("Unexpected field type")


def _unexpected_element() -> SerializationException:
    return SerializationException("Unexpected value type in payload")


def _token(found: object) -> str:
    if isinstance(found, str):
        return "STRING_VALUE"
    if isinstance(found, bool):
        return "TRUE_VALUE" if found else "FALSE_VALUE"
    return "NUMBER_VALUE" if isinstance(found, int) else "DECIMAL_VALUE"
