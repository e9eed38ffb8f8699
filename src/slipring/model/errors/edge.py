"""What a client hears when its request fails before, or beneath, the operation it asks for.

The words of the signature errors are the service's own, as clients have reported them; the classes below stand in the
DynamoDB API reference under "Common Error Types".
"""

from __future__ import annotations

from slipring.model.errors.base import CORAL_SERVICE, ApiError
from slipring.model.errors.tree import (
    IncompleteSignatureException,
    InternalServerError,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    ServiceUnavailableException,
    ThrottlingException,
    UnknownOperationException,
)


class MalformedHttpRequestException(ApiError):
    """The request is wrong at the level of HTTP: unparsable, or not compressed as it says."""

    namespace = CORAL_SERVICE


class RequestEntityTooLargeException(ApiError):
    namespace = CORAL_SERVICE
    status = 413


class RequestTimeoutException(ApiError):
    """The client took too long to send its request."""

    namespace = CORAL_SERVICE
    status = 408


def malformed_request(reason: str) -> MalformedHttpRequestException:
    return MalformedHttpRequestException(f"The request is not valid HTTP: {reason}")


def undecodable_body() -> MalformedHttpRequestException:
    return MalformedHttpRequestException("The body is not encoded as Content-Encoding says.")


def headers_too_large(bytes_max: int) -> MalformedHttpRequestException:
    return MalformedHttpRequestException(f"The request's headers exceed {bytes_max} bytes.")


def body_too_large(bytes_max: int) -> RequestEntityTooLargeException:
    return RequestEntityTooLargeException(f"The request's body exceeds {bytes_max} bytes.")


def request_timed_out() -> RequestTimeoutException:
    return RequestTimeoutException("Reading the Request timed out.")


def unknown_operation() -> UnknownOperationException:
    """The service's words for an operation it does not have in a region (boto/boto3 issue 1542)."""
    return UnknownOperationException("Unknown operation exception")


def missing_authentication_token() -> MissingAuthenticationTokenException:
    return MissingAuthenticationTokenException("Request is missing Authentication Token")


def two_signatures() -> InvalidSignatureException:
    return InvalidSignatureException(
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
    )


def not_a_key_value_pair(token: str, authorization: str) -> IncompleteSignatureException:
    """Seen when a credential holds a blank (awslabs/fhir-works-on-aws-deployment issue 379)."""
    return IncompleteSignatureException(
        f"'{token}' not a valid key=value pair (missing equal-sign) in Authorization header: '{authorization}'."
    )


def authorization_lacks(parameters: list[str], dated: bool, authorization: str) -> IncompleteSignatureException:
    """`parameters` are those that the Authorization header lacks; `dated` says whether a date came beside it."""
    lacks = [f"Authorization header requires '{name}' parameter." for name in parameters]
    if not dated:
        lacks.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    return IncompleteSignatureException(f"{' '.join(lacks)} Authorization={authorization}")


def query_lacks(parameters: list[str]) -> IncompleteSignatureException:
    lacks = [f"AWS query-string parameters must include '{name}'." for name in parameters]
    return IncompleteSignatureException(f"{' '.join(lacks)} Re-examine the query-string parameters.")


def malformed_credential(credential: str) -> IncompleteSignatureException:
    return IncompleteSignatureException(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term,"
        f" got '{credential}'"
    )


def too_busy() -> ServiceUnavailableException:
    """The words for HTTP 503 in the developer guide, "Error handling with DynamoDB"; SDKs retry it."""
    return ServiceUnavailableException("DynamoDB is currently unavailable. (This should be a temporary state.)")


def throttled() -> ThrottlingException:
    return ThrottlingException("Rate of requests exceeds the allowed throughput.")


def internal_failure() -> InternalServerError:
    return InternalServerError("Internal server error")
