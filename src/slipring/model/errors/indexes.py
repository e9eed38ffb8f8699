"""What is said of secondary indexes, where a table is created with them or has them changed."""

from __future__ import annotations

from slipring.model.errors.tree import LimitExceededException, ResourceNotFoundException, ValidationException

_INVALID = "One or more parameter values were invalid: "


def _invalid(rest: str) -> ValidationException:
    return ValidationException(_INVALID + rest)


def list_empty(member: str) -> ValidationException:
    return _invalid(f"List of {member} is empty")


def too_many_local_indexes(count_max: int) -> ValidationException:
    return _invalid(f"Number of LocalSecondaryIndexes exceeds per-table limit of {count_max}")


def too_many_global_indexes(count_max: int) -> ValidationException:
    return _invalid(f"GlobalSecondaryIndex count exceeds the per-table limit of {count_max}")


def global_index_beyond_limit(count_max: int) -> LimitExceededException:
    """UpdateTable adds one to a table that has as many as there may be."""
    return LimitExceededException(
        f"Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of {count_max}"
    )


def index_ids_used_up(count_max: int) -> LimitExceededException:
    """A bound of Slipring's own; docs/differences.md has it."""
    return LimitExceededException(
        f"Subscriber limit exceeded: Number of secondary indexes ever created on a table exceeds {count_max}"
    )


def table_lacks_sort_key() -> ValidationException:
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


def too_many_key_attributes(kind: str) -> ValidationException:
    """`kind` is HASH or RANGE."""
    return _invalid(f"The KeySchema exceeds the maximum allowed number of {kind} key attributes")


def hash_after_range() -> ValidationException:
    return _invalid("All HASH key attributes must precede RANGE key attributes in the KeySchema")


def key_attribute_repeated() -> ValidationException:
    return ValidationException("The KeySchema contains multiple key attributes with the same name")


def index_named_twice(name: str) -> ValidationException:
    return _invalid(f"Duplicate index name: {name}")


def projection_type_unknown() -> ValidationException:
    return _invalid("Unknown ProjectionType: null")


def non_key_attributes_missing() -> ValidationException:
    return _invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")


def non_key_attributes_refused(projection_type: str) -> ValidationException:
    return _invalid(f"ProjectionType is {projection_type}, but NonKeyAttributes is specified")


def non_key_attribute_repeated(name: str) -> ValidationException:
    return _invalid(f"Duplicate element in NonKeyAttributes: {name}")


def too_many_projected_attributes(count_max: int) -> ValidationException:
    """The service's words for this quota are not known."""
    return _invalid(f"Number of projected attributes across all indexes exceeds the limit of {count_max}")


def index_exists() -> ValidationException:
    return ValidationException("Attempting to create an index which already exists")


def index_of_table_not_found(index: str, table: str) -> ResourceNotFoundException:
    """UpdateTable changes or drops an index that is not there."""
    return ResourceNotFoundException(f"Requested resource not found: Index {index} for table {table}")


def not_a_global_index(action: str, index: str) -> ValidationException:
    """`action` is update or delete."""
    return ValidationException(f"Cannot {action} an index that is not a GlobalSecondaryIndex: {index}")


def one_index_at_a_time() -> LimitExceededException:
    return LimitExceededException(
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
    )


def no_index_action() -> ValidationException:
    return _invalid(
        "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
        "GlobalSecondaryIndexUpdate.Delete must not be null"
    )


def several_index_actions() -> ValidationException:
    return _invalid("Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object")


def index_updated_twice(index: str) -> ValidationException:
    return _invalid(f"Only one global secondary index update per index is allowed simultaneously. Index: {index}")


def definitions_missing(index: str) -> ValidationException:
    return _invalid(f"AttributeDefinitions is not specified for index: {index}")


def index_and_capacity_change() -> ValidationException:
    return _invalid("You cannot create or delete index while updating table IOPS")
