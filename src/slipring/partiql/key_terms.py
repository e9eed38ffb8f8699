"""Which parts of a condition say something about a key attribute that a key look-up can use."""

from __future__ import annotations

from slipring.expressions.comparisons import MIRRORED
from slipring.expressions.key_conditions import KeyTerm
from slipring.expressions.syntax import And, Between, Comparison, Condition, Function, In, Not, Operand, Or, Path, Value


def key_term(condition: Condition, name: str) -> KeyTerm | None:
    """The condition as one on the key attribute `name`: = < <= > >= BETWEEN or begins_with with values."""
    if isinstance(condition, Comparison):
        left, right, operator = condition.left, condition.right, condition.operator
        if isinstance(left, Value):
            left, right, operator = right, left, MIRRORED[operator]
        return None if operator == "<>" else _term(name, operator, left, (right,))
    if isinstance(condition, Between):
        return _term(name, "BETWEEN", condition.operand, (condition.lower, condition.upper))
    if isinstance(condition, Function) and condition.name == "begins_with":
        return _term(name, condition.name, condition.arguments[0], condition.arguments[1:])
    return None


def equality(condition: Condition, name: str) -> str | None:
    """The placeholder of the value that the condition says the attribute `name` is equal to."""
    term = key_term(condition, name)
    return term.placeholders[0] if term is not None and term.operator == "=" else None


def alternatives(condition: Condition, names: tuple[str, ...]) -> list[Condition] | None:
    """The equalities that IN with values stands for, if it is on one of the key attributes `names`."""
    if not isinstance(condition, In) or not _is_any(condition.operand, names):
        return None
    if not all(isinstance(candidate, Value) for candidate in condition.candidates):
        return None
    return [Comparison("=", condition.operand, candidate) for candidate in condition.candidates]


def chooses_keys(condition: Condition, names: tuple[str, ...]) -> bool:
    """Whether the condition, or a part of it that is not negated, is a key term on one of `names`."""
    if isinstance(condition, And | Or):
        return any(chooses_keys(part, names) for part in condition.conditions)
    if isinstance(condition, Not):
        return False
    return alternatives(condition, names) is not None or any(key_term(condition, name) for name in names)


def _term(name: str, operator: str, operand: Operand, values: tuple[Operand, ...]) -> KeyTerm | None:
    if not _is_any(operand, (name,)):
        return None
    placeholders = tuple([value.placeholder for value in values if isinstance(value, Value)])
    return KeyTerm(name, operator, placeholders) if len(placeholders) == len(values) else None


def _is_any(operand: Operand, names: tuple[str, ...]) -> bool:
    return isinstance(operand, Path) and len(operand.elements) == 1 and operand.attribute in names
