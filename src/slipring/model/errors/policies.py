"""What is said of policy documents, and to callers whom policies deny.

The words for a malformed document are IAM's where clients have reported them; those for an unknown operator, a value
or a variable that does not fit are plausible only. What DynamoDB says of its resources' policies is in
`resource_policies`.
"""

from __future__ import annotations

from slipring.model.errors.base import ApiError
from slipring.model.errors.tree import AccessDeniedException


class MalformedPolicyDocument(ApiError):
    """Of IAM and STS."""


def malformed_document(reason: str) -> MalformedPolicyDocument:
    return MalformedPolicyDocument(reason)


def document_too_long(characters_max: int) -> MalformedPolicyDocument:
    return MalformedPolicyDocument(f"The policy document exceeds {characters_max} characters.")


def not_authorized(principal_arn: str, action: str, resource: str, because: str) -> AccessDeniedException:
    """`because` names the kind of policy ("Troubleshoot access denied error messages" in the IAM User Guide)."""
    return AccessDeniedException(
        f"User: {principal_arn} is not authorized to perform: {action} on resource: {resource} {because}"
    )
