"""What a client hears when its request fails before, or beneath, the operation it asks for.

The words of the signature errors are the service's own, as clients have reported them; the classes below stand in the
DynamoDB API reference under "Common Error Types".
"""

from __future__ import annotations

from slipring.model.errors.base import CORAL_SERVICE, ApiError
from slipring.model.errors.tree import (
    ExpiredTokenException,
    IncompleteSignatureException,
    InternalServerError,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    ServiceUnavailableException,
    ThrottlingException,
    UnknownOperationException,
    UnrecognizedClientException,
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


def malformed_moment(text: str) -> IncompleteSignatureException:
    """`text` stands where the moment of signing should."""
    return IncompleteSignatureException(
        f"Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601"
    )


def malformed_expiry(text: str, most_s: int) -> IncompleteSignatureException:
    """`text` stands where a signed query's term in seconds should."""
    return IncompleteSignatureException(f"X-Amz-Expires must be a number of seconds from 1 to {most_s}, got '{text}'")


def host_not_signed() -> InvalidSignatureException:
    """Seen from DynamoDB in aws/aws-sdk-php issue 2469."""
    return InvalidSignatureException("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")


def header_not_signed(name: str) -> InvalidSignatureException:
    """The words for another header than Host follow those of older replies for Host (NetSPI/AWSSigner issue 3)."""
    return InvalidSignatureException(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")


def wrong_scope(complaints: list[str]) -> InvalidSignatureException:
    return InvalidSignatureException("".join(complaints))


def scope_of_another_service(service: str) -> str:
    """A complaint about the credential scope, with the blank at its end (arnemolland/sigv4 issue 15)."""
    return f"Credential should be scoped to correct service: '{service}'. "


def scope_without_terminator(terminator: str, got: str) -> str:
    return f"Credential should be scoped with a valid terminator: '{terminator}', not '{got}'. "


def scope_of_another_day(scope_day: str, moment: str) -> str:
    """Seen in tedder/requests-aws4auth issue 7."""
    return (
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP:"
        f" '{scope_day}' != '{moment[:8]}', from '{moment}'."
    )


def signature_expired(moment: str, earliest: str, now: str, term: str) -> InvalidSignatureException:
    """Seen in aws/aws-sdk-js issue 254. `term` is how long a signature counts, as in `15 min.`."""
    return InvalidSignatureException(f"Signature expired: {moment} is now earlier than {earliest} ({now} - {term})")


def signature_not_yet_current(moment: str, latest: str, now: str, term: str) -> InvalidSignatureException:
    """Seen in aws-amplify/aws-sdk-android issue 88."""
    return InvalidSignatureException(
        f"Signature not yet current: {moment} is still later than {latest} ({now} + {term})"
    )


def signature_mismatch(canonical: str, to_sign: str) -> InvalidSignatureException:
    """The service's reply of the years in which it told what it had computed (boto/boto issue 1552,
    vibe-aws/vibe-aws issue 1); there is no better help for somebody who writes a signer."""
    return InvalidSignatureException(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access"
        " Key and signing method. Consult the service documentation for details.\n\n"
        f"The Canonical String for this request should have been\n'{canonical}'\n\n"
        f"The String-to-Sign should have been\n'{to_sign}'\n"
    )


def unrecognized_client() -> UnrecognizedClientException:
    """No such access key, or not with this session token (aws/aws-sdk-net issue 1660)."""
    return UnrecognizedClientException("The security token included in the request is invalid.")


def expired_token() -> ExpiredTokenException:
    """Seen in audienceproject/spark-dynamodb issue 104."""
    return ExpiredTokenException("The security token included in the request is expired")


def too_busy() -> ServiceUnavailableException:
    """The words for HTTP 503 in the developer guide, "Error handling with DynamoDB"; SDKs retry it."""
    return ServiceUnavailableException("DynamoDB is currently unavailable. (This should be a temporary state.)")


def throttled() -> ThrottlingException:
    return ThrottlingException("Rate of requests exceeds the allowed throughput.")


def internal_failure() -> InternalServerError:
    return InternalServerError("Internal server error")
