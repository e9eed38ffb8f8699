"""The expressions of a Query or Scan, or their legacy parameters, compiled and bound."""

from __future__ import annotations

from typing import Any

from slipring.expressions import (
    Condition,
    KeyCondition,
    Projection,
    attributes_to_get,
    check_conditional_operator,
    check_mixing,
    check_usage,
    compile_filter,
    compile_key_condition,
    compile_projection,
    filter_condition,
    key_conditions,
    normalise_values,
)
from slipring.model.errors import reads as errors
from slipring.operations.reads.selection import ReadPlan, check_select


def plan_scan(request: dict[str, Any]) -> ReadPlan:
    """Raises ValidationException."""
    plan = ReadPlan()
    _begin("Scan", request)
    _plan_projection(plan, request)
    condition = _filter(request, "ScanFilter")
    _finish("Scan", plan, request, condition, None)
    return plan


def plan_query(request: dict[str, Any]) -> tuple[ReadPlan, KeyCondition]:
    """The plan, and the key condition, which is bound once the key schema is known. Raises ValidationException."""
    plan = ReadPlan()
    _begin("Query", request)
    _plan_projection(plan, request)
    condition = _filter(request, "QueryFilter")
    if "KeyConditionExpression" in request:
        names = request.get("ExpressionAttributeNames")
        key_condition = compile_key_condition(request["KeyConditionExpression"], names)
    elif "KeyConditions" in request:
        key_condition = key_conditions(request["KeyConditions"])
    else:
        raise errors.key_condition_missing()
    key_condition.check(request.get("ExpressionAttributeValues"))
    _finish("Query", plan, request, condition, key_condition)
    return plan, key_condition


def _begin(operation: str, request: dict[str, Any]) -> None:
    check_mixing(operation, request)
    if "ConditionalOperator" in request:
        check_conditional_operator(request)
    values = request.get("ExpressionAttributeValues")
    if values:
        normalise_values(values)


def _plan_projection(plan: ReadPlan, request: dict[str, Any]) -> None:
    projection: Projection | None = None
    if "ProjectionExpression" in request:
        projection = compile_projection(request["ProjectionExpression"], request.get("ExpressionAttributeNames"))
    elif "AttributesToGet" in request:
        projection = attributes_to_get(request["AttributesToGet"])
        plan.projection_parameter = "AttributesToGet"
    plan.projection = projection
    check_select(request, plan)


def _filter(request: dict[str, Any], legacy_parameter: str) -> Condition | None:
    text = request.get("FilterExpression")
    if text is not None:
        return compile_filter(text, request.get("ExpressionAttributeNames"))
    conditions = request.get(legacy_parameter)
    return filter_condition(legacy_parameter, conditions, request.get("ConditionalOperator")) if conditions else None


def _finish(
    operation: str,
    plan: ReadPlan,
    request: dict[str, Any],
    condition: Condition | None,
    key_condition: KeyCondition | None,
) -> None:
    # A legacy parameter holds its values itself and uses no placeholders, so it is no expression in this sense.
    candidates = (
        (plan.projection, "ProjectionExpression"),
        (condition, "FilterExpression"),
        (key_condition, "KeyConditionExpression"),
    )
    compiled = tuple([part for part, member in candidates if part is not None and member in request])
    names, values = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
    check_usage(operation, names, values, compiled)
    if condition is not None:
        plan.condition = condition.bind(values)
        plan.traces = condition.traces(values)
        plan.filter_attributes = condition.attributes
