"""Throttling, with its reasons (API Reference, "ThrottlingReason"), and what other passing errors say."""

from __future__ import annotations

from collections.abc import Sequence

from slipring.model.errors.base import ApiError

_WORDS = {
    "ConditionalCheckFailedException": "The conditional request failed",
    "InternalServerError": "Internal server error",
    "ProvisionedThroughputExceededException": (
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
        "provisioning level with the UpdateTable API."
    ),
    "RequestLimitExceeded": (
        "Throughput exceeds the current throughput limit for your account. Please contact AWS Support at "
        "https://aws.amazon.com/support request a limit increase"
    ),
    "ServiceUnavailableException": "DynamoDB is currently unavailable. (This should be a temporary state.)",
    "ThrottlingException": "Rate of requests exceeds the allowed throughput.",
    "TransactionConflictException": "Transaction is ongoing for the item",
    "TransactionInProgressException": "The transaction with the given request token is already in progress.",
}
"""Developer Guide, "Error handling with DynamoDB", "Messages"; and as SDKs' users report them."""

REASONS_MEMBERS = {
    "ProvisionedThroughputExceededException": "ThrottlingReasons",
    "RequestLimitExceeded": "ThrottlingReasons",
    "ThrottlingException": "throttlingReasons",
}
"""The errors that carry reasons, and the member that holds them: spelled so in the service model."""


def words_of(code: str) -> str:
    """What an error usually says, where a fault rule does not put it in words."""
    return _WORDS.get(code, "A fault rule says so.")


def throttled_because(code: str, message: str, reasons: Sequence[dict[str, str]]) -> ApiError:
    """One of the errors of `REASONS_MEMBERS`."""
    return ApiError.registry[code](message or words_of(code), {REASONS_MEMBERS[code]: list(reasons)})
