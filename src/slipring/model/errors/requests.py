"""What is said of requests as a whole."""

from __future__ import annotations

from slipring.model.errors.tree import (
    InternalServerError,
    SerializationException,
    UnknownOperationException,
    ValidationException,
)


def operation_not_supported(operation: str) -> UnknownOperationException:
    """For an operation of the service that Slipring does not have yet; docs/differences.md lists them."""
    return UnknownOperationException(f"{operation} is not supported by Slipring; see docs/differences.md")


def malformed_json() -> SerializationException:
    return SerializationException("")


def table_keeps_changing() -> InternalServerError:
    return InternalServerError("The table kept changing while the request was planned; try again")


def return_values_not_allowed() -> ValidationException:
    """PutItem and DeleteItem have no other state of the item to return."""
    return ValidationException("ReturnValues can only be ALL_OLD or NONE")
