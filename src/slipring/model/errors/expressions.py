"""What is wrong with an expression, its placeholders, or a legacy parameter, in the service's own words.

`parameter` is the request parameter that holds the expression: ConditionExpression, FilterExpression,
KeyConditionExpression, ProjectionExpression or UpdateExpression. The trailing semicolons are the service's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slipring.model.errors.tree import ValidationException

_INVALID = "One or more parameter values were invalid: "
_MUST_REWRITE = "must remove or rewrite one of these paths"


def _invalid(parameter: str, reason: str) -> ValidationException:
    return ValidationException(f"Invalid {parameter}: {reason}")


# Syntax


def empty_expression(parameter: str) -> ValidationException:
    return _invalid(parameter, "The expression can not be empty;")


def expression_too_large(parameter: str, size_bytes: int) -> ValidationException:
    size = "" if parameter == "UpdateExpression" else f" expression size: {size_bytes}"
    return _invalid(parameter, f"Expression size has exceeded the maximum allowed size;{size}")


def syntax_error(parameter: str, token: str, near: str) -> ValidationException:
    return _invalid(parameter, f'Syntax error; token: "{token}", near: "{near}"')


def redundant_parentheses(parameter: str) -> ValidationException:
    return _invalid(parameter, "The expression has redundant parentheses;")


def too_many_operators(parameter: str, count: int) -> ValidationException:
    return _invalid(parameter, f"The expression contains too many operators; operator count: {count}")


def too_many_in_operands(parameter: str, count: int) -> ValidationException:
    return _invalid(parameter, f"The IN operator is provided with too many operands; number of operands: {count}")


def section_used_twice(parameter: str, section: str) -> ValidationException:
    return _invalid(parameter, f'The "{section}" section can only be used once in an update expression;')


# Document paths


def reserved_keyword(parameter: str, name: str) -> ValidationException:
    return _invalid(parameter, f"Attribute name is a reserved keyword; reserved keyword: {name}")


def undefined_name(parameter: str, placeholder: str) -> ValidationException:
    return _invalid(
        parameter,
        f"An expression attribute name used in the document path is not defined; attribute name: {placeholder}",
    )


def path_too_deep(parameter: str, levels: int) -> ValidationException:
    return _invalid(parameter, f"The document path has too many nesting elements; nesting levels: {levels}")


def list_index_out_of_range(parameter: str, index: str) -> ValidationException:
    return _invalid(parameter, f"List index is not within the allowable range; index: [{index}]")


def paths_overlap(parameter: str, first: str, second: str) -> ValidationException:
    return _invalid(
        parameter,
        f"Two document paths overlap with each other; {_MUST_REWRITE}; path one: {first}, path two: {second}",
    )


def paths_conflict(parameter: str, first: str, second: str) -> ValidationException:
    """One path takes for a map what the other takes for a list."""
    return _invalid(
        parameter,
        f"Two document paths conflict with each other; {_MUST_REWRITE}; path one: {first}, path two: {second}",
    )


# Operators, functions and their operands


def undefined_value(parameter: str, placeholder: str) -> ValidationException:
    return _invalid(
        parameter,
        f"An expression attribute value used in expression is not defined; attribute value: {placeholder}",
    )


def unknown_function(parameter: str, function: str) -> ValidationException:
    return _invalid(parameter, f"Invalid function name; function: {function}")


def function_not_in_condition(parameter: str, function: str) -> ValidationException:
    return _invalid(parameter, f"The function is not allowed in a condition expression; function: {function}")


def function_not_in_update(parameter: str, function: str) -> ValidationException:
    return _invalid(parameter, f"The function is not allowed in an update expression; function: {function}")


def function_misplaced(parameter: str, function: str) -> ValidationException:
    """`size` where a condition is wanted, or any other function where an operand is."""
    return _invalid(
        parameter, f"The function is not allowed to be used this way in an expression; function: {function}"
    )


def wrong_operand_count(parameter: str, operator: str, count: int) -> ValidationException:
    return _invalid(
        parameter,
        "Incorrect number of operands for operator or function; "
        f"operator or function: {operator}, number of operands: {count}",
    )


def wrong_operand_type(parameter: str, operator: str, kind: str) -> ValidationException:
    return _invalid(
        parameter,
        f"Incorrect operand type for operator or function; operator or function: {operator}, operand type: {kind}",
    )


def wrong_action_operand_type(parameter: str, action: str, kind: str) -> ValidationException:
    """`action` is ADD or DELETE, `kind` the type's long name, such as STRING."""
    return _invalid(
        parameter,
        f"Incorrect operand type for operator or function; operator: {action}, operand type: {kind}, "
        f"typeSet: ALLOWED_FOR_{action}_OPERAND",
    )


def unknown_attribute_type(parameter: str, name: str) -> ValidationException:
    return _invalid(
        parameter,
        f"Invalid attribute type name found; type: {name}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}",
    )


def path_required(parameter: str, operator: str) -> ValidationException:
    return _invalid(parameter, f"Operator or function requires a document path; operator or function: {operator}")


def operands_not_distinct(parameter: str, operator: str, path: str) -> ValidationException:
    return _invalid(
        parameter,
        "The first operand must be distinct from the remaining operands for this operator or function; "
        f"operator: {operator}, first operand: {path}",
    )


def between_types_differ(parameter: str, lower: str, upper: str) -> ValidationException:
    """The bounds as the service prints them, {N:5} for one."""
    return _invalid(
        parameter,
        "The BETWEEN operator requires same data type for lower and upper bounds; "
        f"lower bound operand: AttributeValue: {lower}, upper bound operand: AttributeValue: {upper}",
    )


def between_bounds_reversed(parameter: str, lower: str, upper: str) -> ValidationException:
    return _invalid(
        parameter,
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        f"lower bound operand: AttributeValue: {lower}, upper bound operand: AttributeValue: {upper}",
    )


# Updates of a particular item


def update_path_invalid() -> ValidationException:
    return ValidationException("The document path provided in the update expression is invalid for update")


def update_operand_missing() -> ValidationException:
    return ValidationException("The provided expression refers to an attribute that does not exist in the item")


def update_operand_type() -> ValidationException:
    return ValidationException("An operand in the update expression has an incorrect data type")


# Placeholders


def names_without_expression() -> ValidationException:
    return ValidationException("ExpressionAttributeNames can only be specified when using expressions")


def values_without_expression(parameters: Sequence[str]) -> ValidationException:
    verb = "are" if len(parameters) > 1 else "is"
    reason = "ExpressionAttributeValues can only be specified when using expressions"
    error = ValidationException(f"{reason}: {' and '.join(parameters)} {verb} null")
    error.newer_message = reason
    return error


def placeholders_empty(parameter: str) -> ValidationException:
    """`parameter` is ExpressionAttributeNames or ExpressionAttributeValues, here and below."""
    return ValidationException(f"{parameter} must not be empty")


def placeholder_malformed(parameter: str, placeholder: str) -> ValidationException:
    return ValidationException(f'{parameter} contains invalid key: Syntax error; key: "{placeholder}"')


def placeholder_value_invalid(parameter: str, reason: str, placeholder: str) -> ValidationException:
    return ValidationException(f"{parameter} contains invalid value: {reason} for key {placeholder}")


def expression_value_invalid(error: ValidationException, placeholder: str) -> ValidationException:
    """A value of ExpressionAttributeValues is refused with `error`; the newer layer of its checks says no more."""
    wrapped = placeholder_value_invalid("ExpressionAttributeValues", error.message, placeholder)
    wrapped.newer_message = error.newer_message or error.message
    return wrapped


def placeholders_unused(parameter: str, placeholders: Iterable[str]) -> ValidationException:
    keys = ", ".join(placeholders)
    return ValidationException(f"Value provided in {parameter} unused in expressions: keys: {{{keys}}}")


# Parameters that do not go together


def expression_and_legacy(legacy: Iterable[str], expressions: Iterable[str]) -> ValidationException:
    return ValidationException(
        "Can not use both expression and non-expression parameters in the same request: "
        f"Non-expression parameters: {{{', '.join(legacy)}}} Expression parameters: {{{', '.join(expressions)}}}"
    )


def conditional_operator_without_conditions() -> ValidationException:
    return ValidationException("ConditionalOperator cannot be used without Filter or Expected")


def conditional_operator_with_one_condition() -> ValidationException:
    return ValidationException("ConditionalOperator can only be used when Filter or Expected has two or more elements")


# Key conditions


def key_operator_not_allowed(operator: str) -> ValidationException:
    return ValidationException(f"Invalid operator used in KeyConditionExpression: {operator}")


def key_condition_nested_operation() -> ValidationException:
    return _invalid("KeyConditionExpression", "KeyConditionExpressions cannot contain nested operations")


def key_condition_nested_attribute() -> ValidationException:
    return _invalid("KeyConditionExpression", "KeyConditionExpressions cannot have conditions on nested attributes")


def several_conditions_per_key() -> ValidationException:
    return _invalid("KeyConditionExpression", "KeyConditionExpressions must only contain one condition per key")


def key_condition_several_names() -> ValidationException:
    return ValidationException(
        "Invalid condition in KeyConditionExpression: multiple attribute names used in one condition"
    )


def key_condition_without_name() -> ValidationException:
    return ValidationException("Invalid condition in KeyConditionExpression: No key attribute specified")


def key_condition_name_not_first(operator: str) -> ValidationException:
    return ValidationException(
        f"Invalid condition in KeyConditionExpression: {operator} operator must have the key attribute as its "
        "first operand"
    )


def key_condition_count() -> ValidationException:
    return ValidationException("Conditions can be of length 1 or 2 only")


def too_many_key_conditions(count: int, attributes: int) -> ValidationException:
    return ValidationException(
        f"The number of query conditions ({count}) exceeds the number of key attributes defined in the schema "
        f"({attributes})"
    )


def range_keys_without_equality(names: Sequence[str], later_name: str) -> ValidationException:
    return ValidationException(
        f"RANGE key attributes {', '.join(names)} must have equality conditions specified in the query because a "
        f"condition is present on key attribute {later_name}"
    )


def key_condition_missing(name: str) -> ValidationException:
    return ValidationException(f"Query condition missed key schema element: {name}")


def key_condition_not_supported() -> ValidationException:
    return ValidationException("Query key condition not supported")


def key_condition_not_indexable() -> ValidationException:
    return ValidationException("Attempted conditional constraint is not an indexable operation")


def key_condition_type_mismatch() -> ValidationException:
    return ValidationException(f"{_INVALID}Condition parameter type does not match schema type")


# Legacy conditions and updates


def wrong_argument_count(operator: str) -> ValidationException:
    return ValidationException(f"{_INVALID}Invalid number of argument(s) for the {operator} ComparisonOperator")


def wrong_argument_type(operator: str, kind: str) -> ValidationException:
    return ValidationException(f"{_INVALID}ComparisonOperator {operator} is not valid for {kind} AttributeValue type")


def argument_types_differ() -> ValidationException:
    return ValidationException(f"{_INVALID}AttributeValues inside AttributeValueList must be of same type")


def legacy_between_reversed() -> ValidationException:
    return ValidationException(
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    )


def value_and_list(name: str) -> ValidationException:
    return ValidationException(f"{_INVALID}Value and AttributeValueList cannot be used together for Attribute: {name}")


def exists_and_operator(name: str) -> ValidationException:
    return ValidationException(f"{_INVALID}Exists and ComparisonOperator cannot be used together for Attribute: {name}")


def operator_without_value(operator: str, name: str) -> ValidationException:
    return ValidationException(
        f"{_INVALID}Value or AttributeValueList must be used with ComparisonOperator: {operator} for Attribute: {name}"
    )


def list_without_operator(name: str) -> ValidationException:
    return ValidationException(
        f"{_INVALID}AttributeValueList can only be used with a ComparisonOperator for Attribute: {name}"
    )


def exists_without_value(exists: str, name: str) -> ValidationException:
    """`exists` is what the request says: "true", or "null" where it says nothing."""
    return ValidationException(f"{_INVALID}Value must be provided when Exists is {exists} for Attribute: {name}")


def value_with_exists_false(name: str) -> ValidationException:
    return ValidationException(f"{_INVALID}Value cannot be used when Exists is false for Attribute: {name}")


def duplicate_attribute_to_get(name: str) -> ValidationException:
    return ValidationException(f"{_INVALID}Duplicate value in attribute name: {name}")


def action_without_value() -> ValidationException:
    return ValidationException(f"{_INVALID}Only DELETE action is allowed when no attribute value is specified")


def action_value_type(action: str, kind: str) -> ValidationException:
    return ValidationException(f"{_INVALID}{action} action is not supported for the type {kind}")


def legacy_update_type_mismatch() -> ValidationException:
    return ValidationException("Type mismatch for attribute to update")
