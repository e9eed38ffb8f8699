"""What is wrong with a PartiQL statement, in the service's own words.

`position` is where a token stands in its statement, as the service prints it: line, column and length, such as
1:8:5. Sources: "conformance" is the public conformance suite for DynamoDB, which was checked against the service;
"PartiQL" is the reference implementation of the language, whose parser's words the service passes on; "guide" is the
developer guide. Where nothing is named, the words are the most plausible ones, unconfirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slipring.model.errors.tree import DuplicateItemException, ValidationException

_INVALID = "One or more parameter values were invalid: "


def malformed(detail: str) -> ValidationException:
    """The statement cannot be parsed. `detail` is empty where not even its tokens can be told (conformance)."""
    return ValidationException(f"Statement wasn't well formed, can't be processed: {detail}")


def parameter_count_differs() -> ValidationException:
    return ValidationException("Number of parameters in request and statement don't match.")


# What the language has and the service doesn't


def unsupported_operation(operation: str) -> ValidationException:
    """`operation` as PartiQL's syntax tree names it, such as IsType (conformance, for a bare IS)."""
    return ValidationException(f"Unsupported operation: {operation}")


def unsupported_clause(clause: str, position: str) -> ValidationException:
    """LIMIT, GROUP BY and the like (reported by clients, for LIMIT)."""
    return ValidationException(f"Unsupported clause: {clause} at {position}")


def unsupported_data_type(written: str, key: str, position: str) -> ValidationException:
    """No value can be made of `written` (conformance). `key` leads to it from an attribute's value: root, root.x."""
    return ValidationException(f"Unsupported data type: {written} under key {key} at {position}")


def unsupported_type_test(name: str, position: str) -> ValidationException:
    return ValidationException(f"Unsupported data type: {name} at {position}")


def aliasing_not_supported() -> ValidationException:
    """Conformance."""
    return ValidationException("Aliasing is not supported")


def nested_select() -> ValidationException:
    return ValidationException("Nested selects not supported")


# Values


def number_under(message: str, key: str) -> ValidationException:
    """A number literal that breaks DynamoDB's rules; `message` is what is said of any such number (conformance)."""
    return ValidationException(f"{message} under {key}")


def empty_bag() -> ValidationException:
    """Conformance."""
    return ValidationException("Empty bags are not supported")


def repeated_map_key(name: str, key: str) -> ValidationException:
    return ValidationException(f"Map keys must be unique: {name} is repeated under key {key}")


# Paths, functions and actions


def unexpected_path_component(position: str) -> ValidationException:
    """Something else than a name or a list index in a path, or than a path in a SELECT list (conformance)."""
    return ValidationException(f"Unexpected path component at {position}")


def unrecognized_function(name: str, position: str) -> ValidationException:
    """Conformance."""
    return ValidationException(f"Unrecognized function: {name} at {position}")


def set_function_argument_count(name: str, position: str) -> ValidationException:
    """`name` is SET_ADD or SET_DELETE, here and below (conformance)."""
    return ValidationException(f"{name} must have exactly two arguments at {position}")


def set_function_path_differs(name: str, position: str) -> ValidationException:
    return ValidationException(f"The first argument to {name} must equal the assignment value at {position}")


def set_function_operand_type(name: str, position: str) -> ValidationException:
    return ValidationException(f"The second argument to {name} must be a value with type SET at {position}")


# Tables and indexes


def single_table_only() -> ValidationException:
    """Conformance, for an INSERT into an index."""
    return ValidationException("FROM clause may only contain a single table name")


def too_many_table_components(count_max: int) -> ValidationException:
    """Conformance."""
    return ValidationException(f"A path may contain at most {count_max} components in the FROM clause")


def empty_table_component() -> ValidationException:
    """Conformance."""
    return ValidationException("Path component cannot be an empty string")


def write_to_index() -> ValidationException:
    """Conformance."""
    return ValidationException("This operation is not supported on an index")


def index_not_found() -> ValidationException:
    """Without the index's name, unlike Query and Scan (conformance)."""
    return ValidationException("The table does not have the specified index")


def consistent_read_of_global_index() -> ValidationException:
    """Other words than Query's and Scan's (conformance)."""
    return ValidationException("Strongly consistent read is not supported on Global Secondary Indexes")


def several_key_attributes() -> ValidationException:
    """Said of an index, whatever it says (conformance)."""
    return ValidationException(
        "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys."
    )


def attributes_not_in_index(index: str, names: Iterable[str]) -> ValidationException:
    """A global index lacks what the SELECT list names (conformance)."""
    return ValidationException(f"{_INVALID}Global secondary index {index} does not project [{', '.join(names)}]")


def filter_attributes_not_in_index(index: str, names: Iterable[str]) -> ValidationException:
    """An index of either kind lacks what is named beside its key (conformance)."""
    return ValidationException(
        f"{_INVALID}Secondary index {index} does not project one or more filter attributes: [{', '.join(names)}]"
    )


# WHERE and ORDER BY


def where_lacks_key() -> ValidationException:
    """Of an UPDATE or DELETE (conformance)."""
    return ValidationException("Where clause does not contain a mandatory equality on all key attributes")


def overlapping_conditions() -> ValidationException:
    """Conformance."""
    return ValidationException("Overlapping conditions with range keys are not supported in where clause")


def order_without_where() -> ValidationException:
    """Reported by clients."""
    return ValidationException("Must have WHERE clause in the statement when using ORDER BY clause.")


def order_without_hash_key() -> ValidationException:
    return ValidationException(
        "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
    )


def order_by_other_attribute(name: str) -> ValidationException:
    """Reported by clients."""
    return ValidationException(f"Attribute {name} in ORDER BY clause must be part of the primary key")


def order_of_several_hash_keys() -> ValidationException:
    """Reported by clients."""
    return ValidationException(
        "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause."
    )


def repeated_select_name(name: str) -> ValidationException:
    return ValidationException(f"SELECT list names must be unique: {name}")


# Writes


def invalid_delete_returning(returning: str) -> ValidationException:
    """Conformance; `returning` such as MODIFIED OLD *."""
    return ValidationException(
        f"Invalid returning clause: RETURNING {returning}. Only RETURNING ALL OLD * is allowed in DELETE statements."
    )


def invalid_update_returning(returning: str) -> ValidationException:
    return ValidationException(f"Invalid returning clause: RETURNING {returning}. Only RETURNING ... * is allowed.")


def insert_returning() -> ValidationException:
    return ValidationException("RETURNING clause is not supported in INSERT statements.")


def duplicate_item() -> DuplicateItemException:
    return DuplicateItemException("Duplicate primary key exists in table")


# Batches and transactions


def select_lacks_key(operation: str) -> ValidationException:
    """`operation` is BatchExecuteStatement or ExecuteTransaction (conformance)."""
    return ValidationException(
        f"Select statements within {operation} must specify the primary key in the where clause."
    )


def exists_lacks_condition() -> ValidationException:
    """Conformance."""
    return ValidationException("EXISTS() must contain a single item read with additional condition")


def index_read_in_transaction() -> ValidationException:
    """Conformance."""
    return ValidationException("Reads on indices are not supported within transactions.")


def returning_in_transaction() -> ValidationException:
    """Conformance."""
    return ValidationException("RETURNING clause is not supported in ExecuteTransaction.")


def failed_in_transaction(index: int, message: str) -> ValidationException:
    """One statement of a transaction is wrong before anything is done (conformance)."""
    return ValidationException(f"Validation failed in TransactStatements[{index}]: {message}")


def reads_and_writes_mixed() -> ValidationException:
    """Guide, "Running batch operations": a batch, or a transaction, is all reads or all writes."""
    return ValidationException("All statements must be either read statements or write statements")


# Tokens


def invalid_next_token() -> ValidationException:
    """Reported by clients."""
    return ValidationException("Invalid NextToken")


def next_token_of_other_statement() -> ValidationException:
    """Reported by clients (aws/aws-sdk-js-v3 issue 4424)."""
    return ValidationException("NextToken does not match request")


# From expressions


def without_parameter(error: ValidationException, parameters: Sequence[str]) -> ValidationException:
    """What the expression engine says, without the request parameter that a PartiQL statement doesn't have: where
    UpdateItem says "Invalid ConditionExpression: Incorrect operand type …", PartiQL says the rest (conformance)."""
    for parameter in parameters:
        message = error.message.removeprefix(f"Invalid {parameter}: ")
        if message != error.message:
            return ValidationException(message)
    return error
