"""What is said of streams, shards and iterators."""

from __future__ import annotations

from slipring.model.errors.tree import (
    ExpiredIteratorException,
    ResourceNotFoundException,
    TrimmedDataAccessException,
    ValidationException,
)

_INVALID = "One or more parameter values were invalid: "


def view_type_missing() -> ValidationException:
    return ValidationException(f"{_INVALID}StreamViewType must be specified when StreamEnabled is true")


def view_type_refused() -> ValidationException:
    return ValidationException(f"{_INVALID}StreamViewType must not be specified when StreamEnabled is false")


def already_enabled(table_name: str) -> ValidationException:
    return ValidationException(f"Table already has an enabled stream: TableName: {table_name}")


def stream_not_found(arn: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Requested resource not found: Stream: {arn} not found")


def shard_not_found(shard_id: str, arn: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Requested resource not found: Shard does not exist: {shard_id} in stream {arn}")


def invalid_stream_arn() -> ValidationException:
    return ValidationException("Invalid StreamArn")


def invalid_iterator() -> ValidationException:
    return ValidationException("Invalid ShardIterator")


def invalid_sequence_number() -> ValidationException:
    return ValidationException(f"{_INVALID}The provided SequenceNumber is invalid")


def sequence_number_missing() -> ValidationException:
    return ValidationException(
        f"{_INVALID}SequenceNumber must be specified with AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER"
    )


def sequence_number_refused() -> ValidationException:
    return ValidationException(
        f"{_INVALID}SequenceNumber can only be specified with AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER"
    )


def timestamp_missing() -> ValidationException:
    return ValidationException(f"{_INVALID}Timestamp must be specified with AT_TIMESTAMP")


def timestamp_refused() -> ValidationException:
    return ValidationException(f"{_INVALID}Timestamp can only be specified with AT_TIMESTAMP")


def timestamp_in_the_future() -> ValidationException:
    return ValidationException(f"{_INVALID}The provided Timestamp is in the future")


def iterator_expired() -> ExpiredIteratorException:
    return ExpiredIteratorException("Iterator expired. The iterator was created more than 15 minutes ago.")


def records_trimmed() -> TrimmedDataAccessException:
    return TrimmedDataAccessException("The operation attempted to read past the oldest stream record in a shard.")
