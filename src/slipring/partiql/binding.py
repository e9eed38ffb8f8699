"""A statement's conditions and updates, compiled by the expression engine and bound to values.

The engine names the request parameter that an expression came in; the service leaves that out for PartiQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from slipring.expressions.actions import action_binder
from slipring.expressions.conditions import BoundCondition
from slipring.expressions.conditions import Condition as CompiledCondition
from slipring.expressions.key_conditions import KeyCondition, KeyRange, KeyTerm
from slipring.expressions.syntax import Action, Arithmetic, Condition, Function, Path
from slipring.expressions.updates import BoundUpdate, Update
from slipring.model.attribute_values import AttributeValue
from slipring.model.errors.partiql import without_parameter
from slipring.model.errors.tree import ValidationException
from slipring.partiql.conditions import PARAMETER, paths_of, placeholders_of

_UPDATE = Update.parameter
_PARAMETERS = (PARAMETER, _UPDATE, KeyCondition.parameter)

Values = Mapping[str, AttributeValue]


@contextmanager
def plain_messages() -> Iterator[None]:
    """Takes the request parameter out of what the engine raises."""
    try:
        yield
    except ValidationException as error:
        raise without_parameter(error, _PARAMETERS) from None


def compile_condition(condition: Condition) -> CompiledCondition:
    attributes = [path.attribute for path in paths_of(condition)]
    return CompiledCondition(PARAMETER, condition, attributes, (), placeholders_of(condition))


def bind_condition(condition: Condition | CompiledCondition | None, values: Values) -> BoundCondition | None:
    """Raises ValidationException for operands whose type is wrong whatever the item."""
    if condition is None:
        return None
    with plain_messages():
        compiled = condition if isinstance(condition, CompiledCondition) else compile_condition(condition)
        return compiled.bind(values)


def compile_update(actions: Sequence[Action], placeholders: Sequence[str]) -> Update:
    """Raises ValidationException where the actions' paths overlap."""
    with plain_messages():
        entries = [(action.path, action_binder(action, _UPDATE)) for action in actions]
        creates = any(action.section in ("SET", "ADD") for action in actions)
        return Update(entries, creates_item=creates, values_used=placeholders, reads=_read_by(actions))


def _read_by(actions: Sequence[Action]) -> list[str]:
    """Names of the attributes at the root of every path on a right side."""
    waiting = [action.operand for action in actions if action.operand is not None]
    found: list[str] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Path):
            found.append(node.attribute)
        elif isinstance(node, Arithmetic):
            waiting += (node.left, node.right)
        elif isinstance(node, Function):
            waiting += node.arguments
    return found


def bind_update(update: Update, values: Values) -> BoundUpdate:
    """Raises ValidationException for operands whose type is wrong whatever the item."""
    with plain_messages():
        return update.bind(values)


def bind_keys(
    terms: Sequence[KeyTerm], values: Values, hash_name: str, range_name: str | None, types: Mapping[str, str]
) -> KeyRange:
    """The keys to read. Raises ValidationException for values that do not fit the key schema."""
    placeholders = [placeholder for term in terms for placeholder in term.placeholders]
    with plain_messages():
        condition = KeyCondition(terms, (), placeholders)
        condition.check(values)
        return condition.bind(values, (hash_name,), () if range_name is None else (range_name,), types)
