"""DynamoDB's expression language and its legacy parameters, compiled to closures. Pure: no I/O, no clock.

An expression goes two steps before it meets an item: compiled once per text and names (and cached), then bound to
each request's values. Both steps raise ValidationException in the service's own words.

- ConditionExpression and FilterExpression: `compile_condition`, `compile_filter`; legacy: `expected_condition`,
  `filter_condition`
- ProjectionExpression: `compile_projection`; legacy: `attributes_to_get`
- UpdateExpression: `compile_update`; legacy: `attribute_updates`
- KeyConditionExpression: `compile_key_condition`; legacy: `key_conditions`

A request is checked in this order: `check_mixing`, `check_conditional_operator`, `normalise_values`, compile,
`check_usage`, bind.
"""

from __future__ import annotations

from slipring.expressions.compiled import (
    compile_condition,
    compile_filter,
    compile_key_condition,
    compile_projection,
    compile_update,
)
from slipring.expressions.conditions import BoundCondition, Condition
from slipring.expressions.key_conditions import KeyCondition, KeyRange, KeyTerm
from slipring.expressions.legacy import (
    attribute_updates,
    attributes_to_get,
    expected_condition,
    filter_condition,
    key_conditions,
)
from slipring.expressions.placeholders import (
    check_conditional_operator,
    check_mixing,
    check_usage,
    normalise_values,
)
from slipring.expressions.projections import Projection
from slipring.expressions.updates import BoundUpdate, Update, UpdateResult

__all__ = [
    "BoundCondition",
    "BoundUpdate",
    "Condition",
    "KeyCondition",
    "KeyRange",
    "KeyTerm",
    "Projection",
    "Update",
    "UpdateResult",
    "attribute_updates",
    "attributes_to_get",
    "check_conditional_operator",
    "check_mixing",
    "check_usage",
    "compile_condition",
    "compile_filter",
    "compile_key_condition",
    "compile_projection",
    "compile_update",
    "expected_condition",
    "filter_condition",
    "key_conditions",
    "normalise_values",
]
