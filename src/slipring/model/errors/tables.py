"""What is said of tables: their names, keys, settings and time to live."""

from __future__ import annotations

from collections.abc import Sequence

from slipring.model.errors.tree import (
    LimitExceededException,
    ResourceInUseException,
    ResourceNotFoundException,
    ValidationException,
)

_INVALID = "One or more parameter values were invalid: "


def _invalid(rest: str) -> ValidationException:
    return ValidationException(_INVALID + rest)


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]"


def table_not_found(name: str | None = None) -> ResourceNotFoundException:
    """Operations on items don't name the table; operations on tables do."""
    if name is None:
        return ResourceNotFoundException("Requested resource not found")
    return ResourceNotFoundException(f"Requested resource not found: Table: {name} not found")


def table_exists(name: str) -> ResourceInUseException:
    return ResourceInUseException(f"Table already exists: {name}")


def too_many_tables(count_max: int) -> LimitExceededException:
    """Reported by clients of the service."""
    return LimitExceededException(f"Subscriber limit exceeded: There is a limit of {count_max} tables per subscriber")


def table_is_protected() -> ValidationException:
    return ValidationException(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
    )


def index_not_found(name: str) -> ValidationException:
    return ValidationException(f"The table does not have the specified index: {name}")


def index_is_backfilling(name: str) -> ValidationException:
    return ValidationException(f"Cannot read from backfilling global secondary index: {name}")


def consistent_read_of_global_index() -> ValidationException:
    return ValidationException("Consistent reads are not supported on global secondary indexes")


def first_key_element_is_not_hash() -> ValidationException:
    """Of tables and of indexes."""
    return ValidationException("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")


def second_key_element_is_not_range() -> ValidationException:
    """Of tables and of local indexes."""
    return ValidationException("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")


def key_attribute_undefined() -> ValidationException:
    """There are fewer definitions than key attributes."""
    return ValidationException("Invalid KeySchema: Some index key attribute have no definition")


def key_attributes_undefined(keys: Sequence[str], defined: Sequence[str]) -> ValidationException:
    """Of tables and of indexes."""
    return _invalid(
        "Some index key attributes are not defined in AttributeDefinitions. "
        f"Keys: {_listed(keys)}, AttributeDefinitions: {_listed(defined)}"
    )


def hash_and_range_key_are_the_same() -> ValidationException:
    """Of tables and of local indexes."""
    return ValidationException("Both the Hash Key and the Range Key element in the KeySchema have the same name")


def number_of_definitions_differs() -> ValidationException:
    """A table without indexes defines an attribute that is no key."""
    return _invalid(
        "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
    )


def definitions_unused(defined: Sequence[str], used: Sequence[str]) -> ValidationException:
    """A table with indexes defines an attribute that is no key of any."""
    return _invalid(
        f"Some AttributeDefinitions are not used. AttributeDefinitions: {_listed(defined)}, keys used: {_listed(used)}"
    )


def attribute_defined_twice(name: str) -> ValidationException:
    return ValidationException(f"Attribute Name is duplicated: {name}")


def encryption_detail_refused(member: str) -> ValidationException:
    """`member` is SSEType or KMSMasterKeyId."""
    return _invalid(f"{member} can not be specified if Enabled is false")


def encryption_type_missing() -> ValidationException:
    return _invalid("SSEType KMS is required if KMSMasterKeyId is specified")


def encryption_type_refused() -> ValidationException:
    return _invalid("SSEType AES256 is not supported")


def nothing_to_update() -> ValidationException:
    """The list, with members that the public model lacks, is the service's."""
    return ValidationException(
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
        "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
        "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
    )


def not_the_only_update(what: str) -> ValidationException:
    """`what` is the change that must come alone."""
    return _invalid(f"{what} must be the only operation in the request")


def time_to_live_unchanged(enabled: bool) -> ValidationException:
    return ValidationException(f"TimeToLive is already {'enabled' if enabled else 'disabled'}")


def time_to_live_attribute_differs(current: str) -> ValidationException:
    return ValidationException(f"TimeToLive is active on a different AttributeName: current AttributeName is {current}")


def member_not_supported(member: str) -> ValidationException:
    """For a part of the API that Slipring does not have yet; docs/differences.md lists them."""
    return ValidationException(f"{member} is not supported by Slipring; see docs/differences.md")
