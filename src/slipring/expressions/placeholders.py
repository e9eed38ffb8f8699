"""Checks of ExpressionAttributeNames and ExpressionAttributeValues, and of parameters that exclude each other.

Whether a placeholder that an expression uses is defined is checked where it is used: names when an expression is
compiled, values when it is bound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from slipring.expressions.operands import Values, undefined_value
from slipring.model.attribute_values import normalise_value
from slipring.model.errors import expressions as errors
from slipring.model.errors.attribute_values import nested_too_deep
from slipring.model.errors.tree import ValidationException
from slipring.model.validation.wording import past_newer_layer

_NAMES = "ExpressionAttributeNames"
_VALUES = "ExpressionAttributeValues"
_NAME = re.compile("#[A-Za-z0-9_]+")
_VALUE = re.compile(":[A-Za-z0-9_]+")


class Compiled(Protocol):
    """What every compiled expression tells of itself."""

    @property
    def parameter(self) -> str: ...
    @property
    def names_used(self) -> frozenset[str]: ...
    @property
    def values_used(self) -> frozenset[str]: ...
    @property
    def placeholders(self) -> tuple[str, ...]: ...


class _Parameters(NamedTuple):
    """Those of one operation that hold expressions, and their legacy counterparts, in the service's order."""

    expressions: tuple[str, ...]
    legacy: tuple[str, ...]


_READ_ITEM = _Parameters(("ProjectionExpression",), ("AttributesToGet",))
_WRITE_ITEM = _Parameters(("ConditionExpression",), ("Expected", "ConditionalOperator"))
_UPDATE_ITEM = _Parameters(
    ("UpdateExpression", "ConditionExpression"), ("AttributeUpdates", "Expected", "ConditionalOperator")
)
_PARAMETERS = {
    "GetItem": _READ_ITEM,
    "BatchGetItem": _READ_ITEM,
    "Get": _READ_ITEM,
    "PutItem": _WRITE_ITEM,
    "DeleteItem": _WRITE_ITEM,
    "UpdateItem": _UPDATE_ITEM,
    "Put": _WRITE_ITEM,
    "Delete": _WRITE_ITEM,
    "ConditionCheck": _WRITE_ITEM,
    "Update": _UPDATE_ITEM,
    "Query": _Parameters(
        ("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
        ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"),
    ),
    "Scan": _Parameters(
        ("ProjectionExpression", "FilterExpression"), ("AttributesToGet", "ScanFilter", "ConditionalOperator")
    ),
}
_LEGACY = {operation: frozenset(parameters.legacy) for operation, parameters in _PARAMETERS.items()}
_CONDITION_MAPS = ("Expected", "QueryFilter", "ScanFilter")


def check_mixing(operation: str, request: Mapping[str, Any]) -> None:
    """Raises ValidationException where a request has both expressions and legacy parameters.

    `operation` is the operation's name, or in a transaction the action's (Get, Put, Update, Delete,
    ConditionCheck); `request` is what holds the parameters, for a BatchGetItem one table's part of it.
    """
    if _LEGACY[operation].isdisjoint(request):
        return
    parameters = _PARAMETERS[operation]
    legacy = [name for name in parameters.legacy if request.get(name) is not None]
    if not legacy:
        return
    expressions = [name for name in parameters.expressions if request.get(name) is not None]
    if expressions:
        raise errors.expression_and_legacy(legacy, expressions)


def check_conditional_operator(request: Mapping[str, Any]) -> None:
    """Raises ValidationException for a ConditionalOperator that has nothing to join."""
    if request.get("ConditionalOperator") is None:
        return
    conditions = [request[name] for name in _CONDITION_MAPS if request.get(name)]
    if not conditions:
        raise errors.conditional_operator_without_conditions()
    if len(conditions[0]) < 2:
        raise errors.conditional_operator_with_one_condition()


def normalise_values(values: dict[str, Any]) -> None:
    """Check the values of ExpressionAttributeValues and bring them to normal form in place.

    Raises ValidationException or SerializationException, naming the placeholder where the service does.
    """
    for placeholder, value in values.items():
        try:
            normalise_value(value)
        except ValidationException as error:
            is_deep = error.message == nested_too_deep().message
            if is_deep and not past_newer_layer({_VALUES: {placeholder: value}}):
                raise
            raise errors.expression_value_invalid(error, placeholder) from None


def check_names(names: Mapping[str, str]) -> None:
    """Raises ValidationException for names that are empty or ill-formed."""
    _check_placeholders(_NAMES, names, _NAME)
    for placeholder, name in names.items():
        if not name:
            raise errors.placeholder_value_invalid(_NAMES, "Empty attribute name", placeholder)


def _check_placeholders(parameter: str, placeholders: Mapping[str, object], pattern: re.Pattern[str]) -> None:
    if not placeholders:
        raise errors.placeholders_empty(parameter)
    for placeholder in placeholders:
        if pattern.fullmatch(placeholder) is None:
            raise errors.placeholder_malformed(parameter, placeholder)


def check_usage(
    operation: str, names: Mapping[str, str] | None, values: Values | None, compiled: Sequence[Compiled]
) -> None:
    """Raises ValidationException for placeholders that are unused, undefined or ill-formed, or have no use at all.

    `compiled` are all expressions of the request, in the service's order, and perhaps its legacy parameters, which
    use no placeholders; `operation` is as in `check_mixing`.
    """
    if len(compiled) == 1:
        names_used, values_used = compiled[0].names_used, compiled[0].values_used
    else:
        names_used = frozenset().union(*[expression.names_used for expression in compiled])
        values_used = frozenset().union(*[expression.values_used for expression in compiled])
    if not (_are_used(names, names_used) and _are_used(values, values_used)):
        _explain(operation, names, values, compiled)
        _raise_unused(_NAMES, names, names_used)
        _raise_unused(_VALUES, values, values_used)


def _are_used(given: Mapping[str, object] | None, used: frozenset[str]) -> bool:
    return not used if given is None else len(given) > 0 and given.keys() == used


def _explain(
    operation: str, names: Mapping[str, str] | None, values: Values | None, compiled: Sequence[Compiled]
) -> None:
    """Raises ValidationException for whatever is wrong with placeholders but that some are unused."""
    parameters = _PARAMETERS[operation].expressions
    given = {expression.parameter for expression in compiled}.intersection(parameters)
    if names is not None:
        if not given:
            raise errors.names_without_expression()
        check_names(names)
    if values is not None:
        with_values = [parameter for parameter in parameters if parameter != "ProjectionExpression"]
        if given.isdisjoint(with_values):
            raise errors.values_without_expression(with_values)
        _check_placeholders(_VALUES, values, _VALUE)
    for expression in compiled:
        if not expression.values_used <= (values or {}).keys():
            raise undefined_value(expression.parameter, expression.placeholders, values)


def _raise_unused(parameter: str, given: Mapping[str, object] | None, used: frozenset[str]) -> None:
    unused = [placeholder for placeholder in given or () if placeholder not in used]
    if unused:
        raise errors.placeholders_unused(parameter, unused)
