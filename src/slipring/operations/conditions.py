"""A write's condition and update: expressions, or their legacy parameters."""

from __future__ import annotations

from typing import Any

from slipring.expressions import (
    BoundCondition,
    BoundUpdate,
    Condition,
    Update,
    attribute_updates,
    check_conditional_operator,
    check_mixing,
    check_usage,
    compile_condition,
    compile_update,
    expected_condition,
    normalise_values,
)

_CONDITION_MEMBERS = frozenset(
    (
        "ConditionExpression",
        "ConditionalOperator",
        "Expected",
        "ExpressionAttributeNames",
        "ExpressionAttributeValues",
    )
)


NOTHING_TO_UPDATE = attribute_updates({}).bind(None)
"""An UpdateItem without an update creates the item if there is none."""


def plan_condition(operation: str, request: dict[str, Any]) -> BoundCondition | None:
    """The condition of a put, a delete or a check, if it has one. `operation` is the operation's name or, in a
    transaction, the action's. Raises ValidationException."""
    if _CONDITION_MEMBERS.isdisjoint(request):
        return None
    values = _begin(operation, request)
    condition = compiled_condition(request)
    names = request.get("ExpressionAttributeNames")
    check_usage(operation, names, values, () if condition is None else (condition,))
    return None if condition is None else condition.bind(values)


def plan_update(operation: str, request: dict[str, Any]) -> tuple[BoundUpdate, BoundCondition | None]:
    """The update and the condition of an UpdateItem or a transaction's Update. Raises ValidationException."""
    values = _begin(operation, request)
    names = request.get("ExpressionAttributeNames")
    update = compiled_update(request)
    condition = compiled_condition(request)
    compiled = tuple([part for part in (update, condition) if part is not None])
    check_usage(operation, names, values, compiled)
    bound = NOTHING_TO_UPDATE if update is None else update.bind(values)
    return bound, None if condition is None else condition.bind(values)


def _begin(operation: str, request: dict[str, Any]) -> dict[str, Any] | None:
    """What comes before any expression is looked at; returns the values in normal form."""
    check_mixing(operation, request)
    if "ConditionalOperator" in request:
        check_conditional_operator(request)
    values: dict[str, Any] | None = request.get("ExpressionAttributeValues")
    if values:
        normalise_values(values)
    return values


def compiled_update(request: dict[str, Any]) -> Update | None:
    """The update, its values open. Raises ValidationException."""
    if "UpdateExpression" in request:
        return compile_update(request["UpdateExpression"], request.get("ExpressionAttributeNames"))
    return attribute_updates(request["AttributeUpdates"]) if "AttributeUpdates" in request else None


def compiled_condition(request: dict[str, Any]) -> Condition | None:
    """The condition, its values open. Raises ValidationException."""
    text = request.get("ConditionExpression")
    if text is not None:
        return compile_condition(text, request.get("ExpressionAttributeNames"))
    expected = request.get("Expected")
    return expected_condition(expected, request.get("ConditionalOperator")) if expected else None
