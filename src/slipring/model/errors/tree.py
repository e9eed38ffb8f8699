"""The exceptions of the service model, one class each, and the framework's own.

tests/model holds this list to botocore's model: a new exception there fails a test until it stands here.
"""

from __future__ import annotations

from slipring.model.errors.base import CORAL_SERVICE, CORAL_VALIDATE, ApiError


class BackupInUseException(ApiError):
    pass


class BackupNotFoundException(ApiError):
    pass


class ConditionalCheckFailedException(ApiError):
    item_bytes: int = 0
    """The size of the item that failed the condition, 0 where there was none: what the write costs all the same."""


class ContinuousBackupsUnavailableException(ApiError):
    pass


class DuplicateItemException(ApiError):
    pass


class ExportConflictException(ApiError):
    pass


class ExportNotFoundException(ApiError):
    pass


class ExpiredIteratorException(ApiError):
    pass


class GlobalTableAlreadyExistsException(ApiError):
    pass


class GlobalTableNotFoundException(ApiError):
    pass


class IdempotentParameterMismatchException(ApiError):
    message_member = "Message"


class ImportConflictException(ApiError):
    pass


class ImportNotFoundException(ApiError):
    pass


class IndexNotFoundException(ApiError):
    pass


class InternalServerError(ApiError):
    status = 500


class InvalidExportTimeException(ApiError):
    pass


class InvalidRestoreTimeException(ApiError):
    pass


class ItemCollectionSizeLimitExceededException(ApiError):
    pass


class LimitExceededException(ApiError):
    pass


class PointInTimeRecoveryUnavailableException(ApiError):
    pass


class PolicyNotFoundException(ApiError):
    pass


class ProvisionedThroughputExceededException(ApiError):
    pass


class ReplicaAlreadyExistsException(ApiError):
    pass


class ReplicaNotFoundException(ApiError):
    pass


class ReplicatedWriteConflictException(ApiError):
    status = 409


class RequestLimitExceeded(ApiError):
    pass


class ResourceInUseException(ApiError):
    pass


class ResourceNotFoundException(ApiError):
    pass


class TableAlreadyExistsException(ApiError):
    pass


class TableInUseException(ApiError):
    pass


class TableNotFoundException(ApiError):
    pass


class ThrottlingException(ApiError):
    pass


class TransactionCanceledException(ApiError):
    message_member = "Message"


class TransactionConflictException(ApiError):
    pass


class TransactionInProgressException(ApiError):
    message_member = "Message"


class TrimmedDataAccessException(ApiError):
    pass


class ValidationException(ApiError):
    namespace = CORAL_VALIDATE
    newer_message: str | None = None
    """What the newer layer of the checks of values says instead, where it differs; see `errors.attribute_values`."""
    refuses_transaction: bool = False
    """Whether a transaction with such a mistake is refused as a whole rather than cancelled for it."""
    precedes_table: bool = False
    """Whether an operation on one item met it before it looked at its table; see `model.validation.wording`."""


class SerializationException(ApiError):
    # A capital letter here, a small one in ValidationException: both observed.
    namespace = CORAL_SERVICE
    message_member = "Message"


class UnknownOperationException(ApiError):
    namespace = CORAL_SERVICE


class MissingAuthenticationTokenException(ApiError):
    namespace = CORAL_SERVICE


class IncompleteSignatureException(ApiError):
    namespace = CORAL_SERVICE


class InvalidSignatureException(ApiError):
    namespace = CORAL_SERVICE


class UnrecognizedClientException(ApiError):
    namespace = CORAL_SERVICE


class ExpiredTokenException(ApiError):
    namespace = CORAL_SERVICE


class AccessDeniedException(ApiError):
    namespace = CORAL_SERVICE


class ServiceUnavailableException(ApiError):
    namespace = CORAL_SERVICE
    status = 503
