"""What an update does to one value: SET, REMOVE, ADD and DELETE as *decisions*.

A decision is given the value that stands at its path (None: nothing does) and the whole item, both as they were
before the update, and returns the value that is to stand there afterwards (None: nothing is).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from slipring.expressions.operands import Values
from slipring.expressions.syntax import Action, Value
from slipring.expressions.update_operands import set_operand
from slipring.model.attribute_values import AttributeValue, Item, set_members
from slipring.model.errors import expressions as errors
from slipring.model.errors.tree import ValidationException
from slipring.model.numbers import add

Decision = Callable[[AttributeValue | None, Item], AttributeValue | None]
DecisionBinder = Callable[[Values], Decision]

_LONG_TYPE_NAMES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "BOOL": "BOOLEAN",
    "NULL": "NULL",
    "L": "LIST",
    "M": "MAP",
}
_SETS = frozenset({"SS", "NS", "BS"})


def action_binder(action: Action, parameter: str) -> DecisionBinder:
    """What binds an action of an update expression."""
    operand = action.operand
    if operand is None:
        return lambda values: remove
    if action.section == "ADD" or action.section == "DELETE":
        assert isinstance(operand, Value)
        return _change_binder(action.section, operand.placeholder, parameter)
    bind_operand = set_operand(operand, parameter)

    def bind(values: Values) -> Decision:
        evaluate = bind_operand(values)
        return lambda current, item: evaluate(item)

    return bind


def remove(current: AttributeValue | None, item: Item) -> None:
    """The decision of REMOVE."""


def put(value: AttributeValue) -> Decision:
    """The decision to put a given value."""
    return lambda current, item: value


def _change_binder(section: Literal["ADD", "DELETE"], placeholder: str, parameter: str) -> DecisionBinder:
    change = added if section == "ADD" else deleted

    def bind(values: Values) -> Decision:
        operand = values[placeholder]
        [kind] = operand
        if kind not in _SETS and (kind != "N" or section == "DELETE"):
            raise errors.wrong_action_operand_type(parameter, section, _LONG_TYPE_NAMES[kind])
        return change(operand, errors.update_operand_type)

    return bind


def added(operand: AttributeValue, mismatch: Callable[[], ValidationException]) -> Decision:
    """The decision of ADD: a sum, a union, or (legacy) a longer list. `mismatch` makes the error for other types."""
    [(kind, content)] = operand.items()

    def decide(current: AttributeValue | None, item: Item) -> AttributeValue:
        if current is None:
            return operand
        own = current.get(kind)
        if own is None:
            raise mismatch()
        if kind == "N":
            return {"N": add(own, content)}
        if kind == "L":
            return {"L": own + content}
        return {kind: set_members(kind, {*own, *content})}

    return decide


def deleted(operand: AttributeValue, mismatch: Callable[[], ValidationException]) -> Decision:
    """The decision of DELETE: the set without these members, nothing if none is left."""
    [(kind, content)] = operand.items()
    unwanted = frozenset(content)

    def decide(current: AttributeValue | None, item: Item) -> AttributeValue | None:
        if current is None:
            return None
        own = current.get(kind)
        if own is None:
            raise mismatch()
        left = [element for element in own if element not in unwanted]
        return {kind: left} if left else None

    return decide
