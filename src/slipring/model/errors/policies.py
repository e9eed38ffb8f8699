"""What is said of policy documents, of policies attached to resources, and of what policies deny.

The words for a malformed document are IAM's where clients have reported them; those for an unknown operator, a value
or a variable that does not fit are plausible only, as are DynamoDB's for a document that is too long.
"""

from __future__ import annotations

from slipring.model.errors.base import ApiError
from slipring.model.errors.tree import AccessDeniedException, ValidationException

_INVALID = "One or more parameter values were invalid: "


class MalformedPolicyDocument(ApiError):
    """Of IAM and STS; DynamoDB says the same with a ValidationException."""


def malformed_document(reason: str) -> MalformedPolicyDocument:
    return MalformedPolicyDocument(reason)


def document_too_long(characters_max: int) -> MalformedPolicyDocument:
    return MalformedPolicyDocument(f"The policy document exceeds {characters_max} characters.")


def invalid_resource_policy(reason: str) -> ValidationException:
    """The start of the words was seen by users of infrastructure tools (aws/aws-cdk issue 37273)."""
    return ValidationException(f"{_INVALID}Invalid policy document: {reason}")


def resource_policy_too_long(bytes_max: int) -> ValidationException:
    return ValidationException(f"{_INVALID}Resource policy document exceeds the maximum size of {bytes_max} bytes")


def not_authorized(principal_arn: str, action: str, resource: str, because: str) -> AccessDeniedException:
    """`because` names the kind of policy ("Troubleshoot access denied error messages" in the IAM User Guide)."""
    return AccessDeniedException(
        f"User: {principal_arn} is not authorized to perform: {action} on resource: {resource} {because}"
    )
