"""What DynamoDB says of the policies attached to its resources.

The words were observed in October 2026 by the authors of notes on the API for its Kubernetes controller
("ack-api-quirks", DDB-TABLE-206 to 214 and 351 to 356). Of a revision that is not the expected one only the exception
is known.
"""

from __future__ import annotations

from collections.abc import Iterable

from slipring.model.errors.tree import (
    AccessDeniedException,
    PolicyNotFoundException,
    ResourceNotFoundException,
    ValidationException,
)

_INVALID = "One or more parameter values were invalid: "


def invalid_document(reason: str) -> ValidationException:
    """The start of the words was seen by users of infrastructure tools (aws/aws-cdk issue 37273)."""
    return ValidationException(f"{_INVALID}Invalid policy document: {reason}")


def document_too_long(bytes_max: int) -> ValidationException:
    return ValidationException(f"{_INVALID}Maximum policy size of {bytes_max} bytes exceeded")


def invalid_principal() -> ValidationException:
    return ValidationException(f"{_INVALID}Invalid principal in policy document.")


def invalid_service_principal() -> ValidationException:
    return invalid_document("Policy contains invalid service principal")


def invalid_action_names(names: Iterable[str]) -> ValidationException:
    quoted = ", ".join(f'"{name}"' for name in names)
    return invalid_document(f"The following action names are invalid: {quoted}")


def invalid_relative_id(relative_id: str, arn: str) -> ValidationException:
    return invalid_document(f'The relative-id "{relative_id}" is invalid for ARN "{arn}"')


def unbounded_access() -> ValidationException:
    return ValidationException(
        "Resource-based policy grants unbounded access in one or more elements. Please revise the policy to ensure"
        " least-privilege form of access"
    )


def policy_not_found(arn: str) -> PolicyNotFoundException:
    return PolicyNotFoundException(f"Resource-based policy not found for the provided ResourceArn: {arn}")


def holder_not_found(table_name: str, stream_label: str | None) -> ResourceNotFoundException:
    what = f"Table: {table_name} not found"
    if stream_label is not None:
        what = f"Stream: {stream_label} not found for Table: {table_name}"
    return ResourceNotFoundException(f"Requested resource not found: {what}")


def not_the_owner() -> ValidationException:
    return ValidationException(
        "This action is only supported by accounts that match the resource owner\u2019s account."
    )


def locked_out() -> AccessDeniedException:
    return AccessDeniedException(
        "The new resource policy will not allow you to update the resource policy in the future."
    )
