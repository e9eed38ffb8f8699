"""What is said of tables and indexes."""

from __future__ import annotations

from collections.abc import Sequence

from slipring.model.errors.tree import (
    AccessDeniedException,
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


def resource_not_found(arn: str) -> ResourceNotFoundException:
    """The spelling is the service's."""
    return ResourceNotFoundException(f"Requested resource not found: ResourcArn: {arn} not found")


def table_exists(name: str) -> ResourceInUseException:
    return ResourceInUseException(f"Table already exists: {name}")


def table_is_being_updated(name: str) -> ResourceInUseException:
    return ResourceInUseException(f"Attempt to change a resource which is still in use: Table is being updated: {name}")


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
    return ValidationException("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")


def second_key_element_is_not_range() -> ValidationException:
    return ValidationException("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")


def key_attribute_undefined() -> ValidationException:
    return ValidationException("Invalid KeySchema: Some index key attribute have no definition")


def hash_and_range_key_are_the_same() -> ValidationException:
    return ValidationException("Both the Hash Key and the Range Key element in the KeySchema have the same name")


def too_many_key_elements(rendered_schema: str) -> ValidationException:
    return ValidationException(
        f"1 validation error detected: Value '{rendered_schema}' at 'keySchema' failed to satisfy constraint: "
        "Member must have length less than or equal to 2"
    )


def index_key_attributes_undefined(keys: Sequence[str], defined: Sequence[str]) -> ValidationException:
    return _invalid(
        "Some index key attributes are not defined in AttributeDefinitions. "
        f"Keys: {_listed(keys)}, AttributeDefinitions: {_listed(defined)}"
    )


def number_of_definitions_differs() -> ValidationException:
    return _invalid(
        "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
    )


def definitions_unused(defined: Sequence[str], used: Sequence[str]) -> ValidationException:
    return _invalid(
        f"Some AttributeDefinitions are not used. AttributeDefinitions: {_listed(defined)}, keys used: {_listed(used)}"
    )


def attribute_defined_twice(name: str) -> ValidationException:
    return _invalid(f"Duplicate AttributeName in AttributeDefinitions: {name}")


def capacity_required() -> ValidationException:
    return _invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")


def capacity_refused() -> ValidationException:
    return _invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
    )


def index_capacity_required(index: str) -> ValidationException:
    return _invalid(f"ProvisionedThroughput must be specified for index: {index}")


def index_capacity_refused(index: str) -> ValidationException:
    return _invalid(
        f"ProvisionedThroughput should not be specified for index: {index} when BillingMode is PAY_PER_REQUEST"
    )


def on_demand_throughput_refused() -> ValidationException:
    return _invalid("OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST")


def indexes_empty(member: str) -> ValidationException:
    return _invalid(f"List of {member} is empty")


def too_many_indexes(kind: str, count_max: int) -> ValidationException:
    return _invalid(f"{kind} count exceeds the per-table limit of {count_max}")


def local_index_needs_sort_key() -> ValidationException:
    return _invalid(
        "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
    )


def index_lacks_sort_key(index: str) -> ValidationException:
    return _invalid(f"Index KeySchema does not have a range key for index: {index}")


def local_index_hash_differs(index: str, index_hash: str, table_hash: str) -> ValidationException:
    return _invalid(
        "Index KeySchema does not have the same leading hash key as table KeySchema for index: "
        f"{index}. index hash key: {index_hash}, table hash key: {table_hash}"
    )


def too_many_index_keys(index: str, kind: str, count_max: int) -> ValidationException:
    return _invalid(f"Number of {kind} attributes in KeySchema exceeds the limit of {count_max} for index: {index}")


def index_named_twice(name: str) -> ValidationException:
    return _invalid(f"Duplicate index name: {name}")


def projection_type_unknown() -> ValidationException:
    return _invalid("Unknown ProjectionType: null")


def non_key_attributes_missing() -> ValidationException:
    return _invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")


def non_key_attributes_refused(projection_type: str) -> ValidationException:
    return _invalid(f"ProjectionType is {projection_type}, but NonKeyAttributes is specified")


def too_many_projected_attributes(count_max: int) -> ValidationException:
    return _invalid(f"Number of projected attributes across all indexes exceeds the limit of {count_max}")


def nothing_to_update() -> ValidationException:
    return ValidationException(
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
        "SSESpecification or ReplicaUpdates is required"
    )


def capacity_unchanged(read_units: int, write_units: int) -> ValidationException:
    return ValidationException(
        "The provisioned throughput for the table will not change. The requested value equals the current value. "
        f"Current ReadCapacityUnits provisioned for the table: {read_units}. Requested ReadCapacityUnits: "
        f"{read_units}. Current WriteCapacityUnits provisioned for the table: {write_units}. Requested "
        f"WriteCapacityUnits: {write_units}. Refer to the Amazon DynamoDB Developer Guide for current limits and how "
        "to request higher limits."
    )


def index_exists() -> ValidationException:
    return ValidationException("Attempting to create an index which already exists")


def index_to_change_not_found() -> ResourceNotFoundException:
    return ResourceNotFoundException("Requested resource not found")


def one_index_at_a_time() -> LimitExceededException:
    return LimitExceededException(
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
    )


def invalid_index_update() -> ValidationException:
    return _invalid("Each GlobalSecondaryIndexUpdate must have exactly one of Create, Update or Delete")


def time_to_live_unchanged(enabled: bool) -> ValidationException:
    return ValidationException(f"TimeToLive is already {'enabled' if enabled else 'disabled'}")


def time_to_live_attribute_differs() -> ValidationException:
    return ValidationException("TimeToLive is active on a different AttributeName")


def invalid_resource_arn(arn: str) -> ValidationException:
    return ValidationException(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")


def tags_of_unknown_resource(caller_arn: str, action: str, arn: str) -> AccessDeniedException:
    """IAM answers before the table is looked for, so an unknown one is denied rather than not found."""
    return AccessDeniedException(
        f"User: {caller_arn} is not authorized to perform: dynamodb:{action} on resource: {arn}"
    )


def too_many_tags(count_max: int) -> LimitExceededException:
    return LimitExceededException(f"The number of tags exceeds the limit of {count_max}")


def tag_key_reserved() -> ValidationException:
    return _invalid("Tag keys beginning with aws: are reserved for system use")


def tag_repeated() -> ValidationException:
    return _invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")


def attribute_type_differs(name: str) -> ValidationException:
    return _invalid(f"Cannot change the type of attribute {name}, which is already defined")


def member_not_supported(member: str) -> ValidationException:
    """For a part of the API that Slipring does not have yet; docs/differences.md lists them."""
    return ValidationException(f"{member} is not supported by Slipring; see docs/differences.md")


def streams_not_supported() -> ValidationException:
    return member_not_supported("StreamSpecification")
