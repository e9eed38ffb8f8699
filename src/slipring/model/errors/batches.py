"""What is said of batches and transactions as a whole."""

from __future__ import annotations

from slipring.model.errors.tree import ValidationException


def too_many_items(operation: str) -> ValidationException:
    return ValidationException(f"Too many items requested for the {operation} call")


def not_one_write_request() -> ValidationException:
    return ValidationException("Supplied WriteRequest must contain exactly one of PutRequest or DeleteRequest")


def not_one_transaction_action() -> ValidationException:
    return ValidationException("TransactItems can only contain one of Check, Put, Update or Delete")


def transaction_too_large() -> ValidationException:
    return ValidationException("Transaction request size exceeds the limit: the items together are larger than 4 MB")
