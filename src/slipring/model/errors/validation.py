"""What the framework says when a request breaks a constraint of the service model, and the exceptions to it.

Source of the words: the public conformance suite for DynamoDB, which was checked against the service, and clients'
reports.
"""

from __future__ import annotations

from collections.abc import Sequence

from slipring.model.errors.tree import ValidationException
from slipring.model.limits import TABLE_NAME_CHARACTERS_MIN

FAILURES_MAX = 10
"""The framework names no more than ten failures."""

NOT_NULL = "Member must not be null"


def constraints_failed(failures: Sequence[str]) -> ValidationException:
    """All broken constraints at once; each is a text of `failure`, and there are at most `FAILURES_MAX`."""
    errors = "validation error" if len(failures) == 1 else "validation errors"
    return ValidationException(f"{len(failures)} {errors} detected: {'; '.join(failures)}")


def failure(printed: str | None, path: str, constraint: str) -> str:
    """One broken constraint. `printed` is the value's text, None for an absent value."""
    value = "null" if printed is None else f"'{printed}'"
    return f"Value {value} at '{path}' failed to satisfy constraint: {constraint}"


def constraint_failed_by_hand(path: str, constraint: str) -> ValidationException:
    """A constraint that the service checks itself: member names as on the wire, and no value."""
    return ValidationException(
        f"1 validation error detected: Value at '{path}' failed to satisfy constraint: {constraint}"
    )


def in_envelope(error: ValidationException) -> ValidationException:
    """An error of the operation itself, told as if it were the framework's."""
    envelope = "1 validation error detected: "
    return ValidationException(envelope + error.message.removeprefix(envelope))


def at_most(measure: str, bound: int) -> str:
    """`measure` is length or value."""
    return f"Member must have {measure} less than or equal to {bound}"


def at_least(measure: str, bound: int) -> str:
    """`measure` is length or value."""
    return f"Member must have {measure} greater than or equal to {bound}"


def matches(pattern: str) -> str:
    return f"Member must satisfy regular expression pattern: {pattern}"


def one_of(values: Sequence[str]) -> str:
    return f"Member must satisfy enum value set: [{', '.join(values)}]"


def elements(constraints: Sequence[str]) -> str:
    """Constraints of a list's elements, reported for the list."""
    return f"Member must satisfy constraint: [{', '.join(constraints)}]"


def map_keys(constraints: Sequence[str]) -> str:
    """Constraints of a map's keys, reported for the map."""
    return f"Map keys must satisfy constraint: [{', '.join(constraints)}]"


def map_values(constraints: Sequence[str]) -> str:
    """Constraints of a map's values, reported for the map."""
    return f"Map value must satisfy constraint: [{', '.join(constraints)}]"


def empty_table_name() -> ValidationException:
    """Of operations on tables; those on items say no more than that it has no character."""
    constraints = (at_least("length", TABLE_NAME_CHARACTERS_MIN), matches("[a-zA-Z0-9_.-]+"))
    return constraints_failed([failure("", "tableName", constraint) for constraint in constraints])


def conditional_operator_unknown() -> ValidationException:
    """The service says ALL where AND is meant (observed)."""
    return ValidationException("Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]")


def parameter_required(name: str) -> ValidationException:
    return ValidationException(f"The parameter '{name}' is required but was not present in the request")


def request_items_required(operation: str) -> ValidationException:
    error = ValidationException(f"The requestItems parameter is required for {operation}")
    error.newer_message = constraint_failed_by_hand("RequestItems", at_least("length", 1)).message
    return error


def invalid_table_arn(arn: str) -> ValidationException:
    """The service refuses such ARNs with this exception; its exact words are not known."""
    return ValidationException(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
