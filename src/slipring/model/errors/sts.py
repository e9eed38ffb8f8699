"""What the Security Token Service says, in its own codes.

Sources: STS API reference, "Common errors" and the pages of its actions; the words are its own as clients have reported
them, and its framework's for a parameter that does not fit.
"""

from __future__ import annotations

from slipring.model.errors.base import ApiError
from slipring.model.errors.tree import AccessDeniedException


class ValidationError(ApiError):
    pass


class InvalidParameterValue(ApiError):
    pass


class InvalidAction(ApiError):
    pass


def unknown_action(action: str, version: str) -> InvalidAction:
    return InvalidAction(f"Could not find operation {action} for version {version or 'NO_VERSION_SPECIFIED'}")


def unfit(value: str, member: str, constraint: str) -> ValidationError:
    """`constraint` says what the member must be, as in `Member must have length less than or equal to 64`."""
    return ValidationError(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    )


def absent(member: str) -> ValidationError:
    return ValidationError(
        f"1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    )


def session_too_long() -> ValidationError:
    return ValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")


def chained_session_too_long() -> ValidationError:
    return ValidationError(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
    )


def repeated_tag() -> InvalidParameterValue:
    return InvalidParameterValue("Duplicate tag keys found. Please note that Tag keys are case insensitive.")


def inherited_tag() -> InvalidParameterValue:
    """A tag is passed whose key the session that asks hands on already. The words are unconfirmed."""
    return InvalidParameterValue(
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the"
        " calling session."
    )


def root_assumes_no_role() -> AccessDeniedException:
    return AccessDeniedException("Roles may not be assumed by root accounts.")


def source_identity_kept() -> AccessDeniedException:
    return AccessDeniedException("The source identity of a session cannot be changed")


def session_gets_no_token() -> AccessDeniedException:
    return AccessDeniedException("Cannot call GetSessionToken with session credentials")


def role_not_assumable(principal_arn: str, role_arn: str) -> AccessDeniedException:
    """Said of a role that is not there as of one that is not for the caller, so that nobody learns which there are."""
    return AccessDeniedException(
        f"User: {principal_arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
    )


def no_master_key() -> AccessDeniedException:
    """Ours: a server without a master key can seal no token."""
    return AccessDeniedException("This server has no master key, so it begins no sessions")
