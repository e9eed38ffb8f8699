"""The right sides of SET actions, compiled: paths, values, if_not_exists, list_append, + and -.

All of them read the item as it was before the update. Like predicates they are compiled in two steps: a binder
checks a request's values and makes the *evaluation* that is run on an item.
"""

from __future__ import annotations

from collections.abc import Callable

from slipring.expressions.comparisons import type_of
from slipring.expressions.operands import Values
from slipring.expressions.paths import reader
from slipring.expressions.syntax import Arithmetic, Function, Operand, Path, Value
from slipring.model import numbers
from slipring.model.attribute_values import AttributeValue, Item
from slipring.model.errors import expressions as errors

Evaluation = Callable[[Item], AttributeValue]
"""Raises ValidationException where the item lacks what is read, or has another type there."""
EvaluationBinder = Callable[[Values], Evaluation]

_OPERATIONS = {"+": numbers.add, "-": numbers.subtract}


def set_operand(node: Operand | Arithmetic, parameter: str) -> EvaluationBinder:
    """What binds the right side of a SET action."""
    if isinstance(node, Arithmetic):
        return _arithmetic(node, parameter)
    return _operand(node, parameter)


def _operand(node: Operand, parameter: str) -> EvaluationBinder:
    if isinstance(node, Path):
        return _attribute(node)
    if isinstance(node, Value):
        return _constant(node.placeholder)
    first, second = node.arguments
    if node.name == "if_not_exists":
        assert isinstance(first, Path)
        return _if_not_exists(first, _operand(second, parameter))
    return _list_append(node, _operand(first, parameter), _operand(second, parameter), parameter)


def _attribute(path: Path) -> EvaluationBinder:
    read = reader(path)

    def evaluate(item: Item) -> AttributeValue:
        value = read(item)
        if value is None:
            raise errors.update_operand_missing()
        return value

    return lambda values: evaluate


def _constant(placeholder: str) -> EvaluationBinder:
    def bind(values: Values) -> Evaluation:
        value = values[placeholder]
        return lambda item: value

    return bind


def _if_not_exists(path: Path, bind_default: EvaluationBinder) -> EvaluationBinder:
    read = reader(path)

    def bind(values: Values) -> Evaluation:
        default = bind_default(values)

        def evaluate(item: Item) -> AttributeValue:
            value = read(item)
            return default(item) if value is None else value

        return evaluate

    return bind


def _list_append(
    node: Function, bind_first: EvaluationBinder, bind_second: EvaluationBinder, parameter: str
) -> EvaluationBinder:
    def bind(values: Values) -> Evaluation:
        _check_type("L", node.arguments, values, parameter, node.name)
        first, second = bind_first(values), bind_second(values)

        def evaluate(item: Item) -> AttributeValue:
            head, tail = first(item).get("L"), second(item).get("L")
            if head is None or tail is None:
                raise errors.update_operand_type()
            return {"L": head + tail}

        return evaluate

    return bind


def _arithmetic(node: Arithmetic, parameter: str) -> EvaluationBinder:
    operands = (node.left, node.right)
    bind_left, bind_right = _operand(node.left, parameter), _operand(node.right, parameter)
    operation = _OPERATIONS[node.operator]

    def bind(values: Values) -> Evaluation:
        _check_type("N", operands, values, parameter, node.operator)
        left, right = bind_left(values), bind_right(values)

        def evaluate(item: Item) -> AttributeValue:
            first, second = left(item).get("N"), right(item).get("N")
            if first is None or second is None:
                raise errors.update_operand_type()
            return {"N": operation(first, second)}

        return evaluate

    return bind


def _check_type(wanted: str, operands: tuple[Operand, ...], values: Values, parameter: str, operator: str) -> None:
    for operand in operands:
        kind = _static_type(operand, values)
        if kind and kind != wanted:
            raise errors.wrong_operand_type(parameter, operator, kind)


def _static_type(operand: Operand, values: Values) -> str:
    """The type that the operand has, or falls back to, whatever the item; else the empty string."""
    while isinstance(operand, Function) and operand.name == "if_not_exists":
        operand = operand.arguments[1]
    if isinstance(operand, Value):
        return type_of(values[operand.placeholder])
    return "L" if isinstance(operand, Function) else ""
