"""What is said of queries and scans."""

from __future__ import annotations

from collections.abc import Sequence

from slipring.model.errors.tree import ValidationException

_INVALID = "One or more parameter values were invalid: "
_BAD_START = "The provided starting key is invalid"


def start_key_invalid() -> ValidationException:
    """Of a Query, and of a Scan of an index."""
    return ValidationException(_BAD_START)


def start_key_not_of_table() -> ValidationException:
    """Of a Scan of a table."""
    return ValidationException(f"{_BAD_START}: The provided key element does not match the schema")


def start_key_outside_query() -> ValidationException:
    return ValidationException("The provided starting key is outside query boundaries based on provided conditions")


def start_key_outside_range() -> ValidationException:
    return ValidationException("The provided starting key does not match the range key predicate")


def start_key_of_other_segment(total_segments: int, segment: int) -> ValidationException:
    return ValidationException(
        f"{_BAD_START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
        f"TotalSegments: {total_segments} Segment: {segment}"
    )


def total_segments_missing() -> ValidationException:
    return ValidationException(
        "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
    )


def segment_missing() -> ValidationException:
    return ValidationException(
        "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
    )


def segment_too_large(segment: int, total_segments: int) -> ValidationException:
    return ValidationException(
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
        f"Segment: {segment} is not less than TotalSegments: {total_segments}"
    )


def projection_with_select(parameter: str, select: str) -> ValidationException:
    what = "only the Count" if select == "COUNT" else select
    return ValidationException(f"Cannot specify the {parameter} when choosing to get {what}")


def specific_attributes_missing() -> ValidationException:
    return ValidationException(
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
    )


def projected_attributes_without_index() -> ValidationException:
    return ValidationException("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")


def all_attributes_not_in_index(index: str) -> ValidationException:
    return ValidationException(
        f"{_INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index {index} because its "
        "projection type is not ALL"
    )


def attributes_not_in_index(index: str, names: Sequence[str]) -> ValidationException:
    return ValidationException(f"{_INVALID}Global secondary index {index} does not project [{', '.join(names)}]")


def filter_on_key(name: str) -> ValidationException:
    return ValidationException(
        f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {name}"
    )


def legacy_filter_on_key(name: str) -> ValidationException:
    return ValidationException(
        f"QueryFilter can only contain non-primary key attributes: Primary key attribute: {name}"
    )


def key_condition_missing() -> ValidationException:
    return ValidationException(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
    )
