"""What is said of keys, items and conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slipring.model.errors.tree import (
    ConditionalCheckFailedException,
    IdempotentParameterMismatchException,
    ItemCollectionSizeLimitExceededException,
    TransactionCanceledException,
    ValidationException,
)

_INVALID = "One or more parameter values were invalid: "
_NOT_VALID = "One or more parameter values are not valid. "


def key_does_not_match_schema() -> ValidationException:
    return ValidationException("The provided key element does not match the schema")


def missing_key(name: str) -> ValidationException:
    return ValidationException(f"{_INVALID}Missing the key {name} in the item")


def key_type_mismatch(name: str, expected: str, actual: str) -> ValidationException:
    return ValidationException(f"{_INVALID}Type mismatch for key {name} expected: {expected} actual: {actual}")


def _empty_value(message: str) -> ValidationException:
    error = ValidationException(message)
    error.refuses_transaction = True
    return error


def empty_key_value(name: str, type_name: str) -> ValidationException:
    return _empty_value(
        f"{_NOT_VALID}The AttributeValue for a key attribute cannot contain an empty {type_name} value. Key: {name}"
    )


def partition_key_too_long(bytes_max: int) -> ValidationException:
    return ValidationException(f"{_INVALID}Size of hashkey has exceeded the maximum size limit of{bytes_max} bytes")


def sort_key_too_long(bytes_max: int) -> ValidationException:
    return ValidationException(
        f"{_INVALID}Aggregated size of all range keys has exceeded the size limit of {bytes_max} bytes"
    )


def index_key_type_mismatch(name: str, expected: str, actual: str, index: str) -> ValidationException:
    return ValidationException(
        f"{_INVALID}Type mismatch for Index Key {name} Expected: {expected} Actual: {actual} IndexName: {index}"
    )


def empty_index_key_value(name: str, type_name: str, index: str) -> ValidationException:
    return _empty_value(
        f"{_NOT_VALID}A value specified for a secondary index key is not supported. The AttributeValue for a key "
        f"attribute cannot contain an empty {type_name} value. IndexName: {index}, IndexKey: {name}"
    )


def index_key_too_long(name: str, bytes_max: int, index: str) -> ValidationException:
    return ValidationException(
        f"{_INVALID}Size of a secondary index key has exceeded the maximum size limit of {bytes_max} bytes. "
        f"IndexName: {index}, IndexKey: {name}"
    )


def update_to_unsupported_index_key_type() -> ValidationException:
    return ValidationException("The update expression attempted to update the secondary index key to unsupported type")


def update_to_unsupported_index_key_value(type_name: str) -> ValidationException:
    return _empty_value(
        f"{_NOT_VALID}The update expression attempted to update a secondary index key to a value that is not "
        f"supported. The AttributeValue for a key attribute cannot contain an empty {type_name} value."
    )


def cannot_update_key(name: str) -> ValidationException:
    return ValidationException(f"{_INVALID}Cannot update attribute {name}. This attribute is part of the key")


def item_too_large() -> ValidationException:
    return ValidationException("Item size has exceeded the maximum allowed size")


def updated_item_too_large() -> ValidationException:
    return ValidationException("Item size to update has exceeded the maximum allowed size")


def item_collection_too_large() -> ItemCollectionSizeLimitExceededException:
    return ItemCollectionSizeLimitExceededException("Collection size exceeded.")


def condition_failed(item: dict[str, Any] | None) -> ConditionalCheckFailedException:
    """`item` is the item that failed the condition, where the request asked for it."""
    return ConditionalCheckFailedException("The conditional request failed", None if item is None else {"Item": item})


def duplicate_item_keys() -> ValidationException:
    return ValidationException("Provided list of item keys contains duplicates")


def several_operations_on_one_item() -> ValidationException:
    return ValidationException("Transaction request cannot include multiple operations on one item")


def transaction_canceled(reasons: Sequence[dict[str, Any]]) -> TransactionCanceledException:
    codes = ", ".join(reason["Code"] for reason in reasons)
    return TransactionCanceledException(
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        {"CancellationReasons": list(reasons)},
    )


def token_reused_with_other_parameters() -> IdempotentParameterMismatchException:
    return IdempotentParameterMismatchException(
        "DynamoDB rejected the request because you retried a request with a different payload but with an "
        "idempotent token that was already used."
    )
