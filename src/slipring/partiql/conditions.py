"""WHERE clauses as conditions of the expression engine.

What PartiQL writes in its own way becomes what condition expressions have: `a IS MISSING` is
attribute_not_exists(a), `a IS NULL` is attribute_type(a, 'NULL'), `a != b` is a <> b, a comparison of a condition
with TRUE or FALSE is the condition or its negation. Sources: developer guide, "Use PartiQL functions with DynamoDB"
and "PartiQL arithmetic, comparison, and logical operators for DynamoDB"; the public conformance suite.
"""

from __future__ import annotations

from collections.abc import Iterable

from slipring.expressions.condition_parser import OPERAND_COUNTS, PATH_FUNCTIONS
from slipring.expressions.syntax import And, Between, Comparison, Condition, Function, In, Not, Operand, Or, Path, Value
from slipring.model.errors import expressions as expression_errors
from slipring.model.errors import partiql as errors
from slipring.model.errors.tree import ValidationException
from slipring.model.limits import EXPRESSION_IN_OPERANDS_MAX
from slipring.partiql.lexer import position
from slipring.partiql.literals import VALUE_KINDS, Literals
from slipring.partiql.paths import document_path, is_path
from slipring.partiql.syntax import Node, operation

PARAMETER = "ConditionExpression"
"""What the engine's errors call the condition; `errors.without_parameter` takes it out again."""

_OPERATORS = {"Eq": "=", "Ne": "<>", "Lt": "<", "Lte": "<=", "Gt": ">", "Gte": ">="}
_PREDICATES = OPERAND_COUNTS.keys() - {"size"}
_CONDITIONS = frozenset({"And", "Or", "Not", "Between", "InCollection", "IsType", *_OPERATORS})

_TYPES_BY_NAME = {
    "NULL": ("NULL",),
    "BOOL": ("BOOL",),
    "BOOLEAN": ("BOOL",),
    "STRING": ("S",),
    "NUMERIC": ("N",),
    "DECIMAL": ("N",),
    "BLOB": ("B",),
    "LIST": ("L",),
    "STRUCT": ("M",),
    "TUPLE": ("M",),
    "BAG": ("SS", "NS", "BS"),
}
"""DynamoDB's types by PartiQL's names for them; MISSING is no type there."""


class ConditionCompiler:
    """Turns the condition of one statement into the engine's terms."""

    __slots__ = ("_literals", "_text")

    def __init__(self, literals: Literals, text: str) -> None:
        self._literals = literals
        self._text = text

    def condition(self, node: Node) -> Condition:
        """Raises ValidationException for what is PartiQL and yet not supported, and for wrong operands."""
        if node.kind in ("And", "Or"):
            return _joined(node.kind, [self.condition(child) for child in node.children])
        if node.kind == "Not":
            return negation(self.condition(node.children[0]))
        if node.kind in _OPERATORS:
            return self._comparison(node)
        if node.kind == "Between":
            operand, lower, upper = [self._operand(child) for child in node.children]
            return _distinct("BETWEEN", Between(operand, lower, upper), operand, (lower, upper))
        if node.kind == "InCollection":
            return self._membership(node)
        if node.kind == "IsType":
            return self._type_test(node)
        if node.kind == "Call":
            return self._predicate(node)
        if node.kind == "Select":
            raise errors.nested_select()
        raise errors.unsupported_operation(operation(node))

    def _comparison(self, node: Node) -> Condition:
        left, right = node.children
        for side, other in ((left, right), (right, left)):
            if other.kind == "Bool" and self._is_condition(side) and node.kind in ("Eq", "Ne"):
                condition = self.condition(side)
                return condition if (other.text == "true") is (node.kind == "Eq") else negation(condition)
        operator = _OPERATORS[node.kind]
        first, second = self._operand(left), self._operand(right)
        return _distinct(operator, Comparison(operator, first, second), first, (second,))

    def _is_condition(self, node: Node) -> bool:
        return node.kind in _CONDITIONS or (node.kind == "Call" and node.text in _PREDICATES)

    def _membership(self, node: Node) -> Condition:
        left, members = node.children
        if members.kind == "Select":
            raise errors.nested_select()
        if members.kind not in ("List", "Bag"):
            raise errors.unsupported_operation(operation(node))
        operand = self._operand(left)
        candidates = tuple([self._operand(member) for member in members.children])
        if not candidates:
            raise _plain(expression_errors.wrong_operand_count(PARAMETER, "IN", 1))
        if len(candidates) > EXPRESSION_IN_OPERANDS_MAX:
            raise _plain(expression_errors.too_many_in_operands(PARAMETER, len(candidates)))
        return _distinct("IN", In(operand, candidates), operand, candidates)

    def _type_test(self, node: Node) -> Condition:
        if node.text == "MISSING":
            return self._function("attribute_not_exists", node.children)
        types = _TYPES_BY_NAME.get(node.text)
        if types is None:
            raise errors.unsupported_type_test(node.text, position(self._text, node.start, node.length))
        operand = self._operand(node.children[0])
        tests = [Function("attribute_type", (operand, self._literals.constant({"S": name}))) for name in types]
        return tests[0] if len(tests) == 1 else Or(tuple(tests))

    # Functions and operands

    def _predicate(self, node: Node) -> Function:
        self._check_function(node)
        if node.text == "size":
            raise _plain(expression_errors.function_misplaced(PARAMETER, node.text))
        return self._function(node.text, node.children)

    def _check_function(self, node: Node) -> None:
        if node.text not in OPERAND_COUNTS:
            raise errors.unrecognized_function(node.text, position(self._text, node.start, node.length))

    def _function(self, name: str, arguments: tuple[Node, ...]) -> Function:
        if len(arguments) != OPERAND_COUNTS[name]:
            raise _plain(expression_errors.wrong_operand_count(PARAMETER, name, len(arguments)))
        if name in PATH_FUNCTIONS and not is_path(arguments[0]):
            raise _plain(expression_errors.path_required(PARAMETER, name))
        operands = tuple([self._operand(argument) for argument in arguments])
        function = Function(name, operands)
        _distinct(name, function, operands[0], operands[1:])
        return function

    def _operand(self, node: Node) -> Operand:
        if is_path(node) or node.kind == "Path":
            return document_path(node, self._text)
        if node.kind in VALUE_KINDS:
            return self._literals.add(node)
        if node.kind == "Call":
            self._check_function(node)
            if node.text != "size":
                raise _plain(expression_errors.function_misplaced(PARAMETER, node.text))
            return self._function(node.text, node.children)
        if node.kind == "Select":
            raise errors.nested_select()
        raise errors.unsupported_operation(operation(node))


def negation(condition: Condition) -> Condition:
    """NOT; twice is not at all."""
    return condition.condition if isinstance(condition, Not) else Not(condition)


def conjunction(conditions: Iterable[Condition]) -> Condition | None:
    """All of them at once; None if there are none."""
    parts = list(conditions)
    return _joined("And", parts) if parts else None


def conjuncts(condition: Condition | None) -> tuple[Condition, ...]:
    """The conditions that must all hold."""
    if condition is None:
        return ()
    return condition.conditions if isinstance(condition, And) else (condition,)


def disjunction(conditions: Iterable[Condition]) -> Condition:
    """Any of them; there must be some."""
    return _joined("Or", list(conditions))


def _joined(kind: str, parts: list[Condition]) -> Condition:
    """One node, into which nodes of the same kind are dissolved."""
    node: type[And] | type[Or] = And if kind == "And" else Or
    members: list[Condition] = []
    for part in parts:
        members += part.conditions if isinstance(part, node) else (part,)
    return members[0] if len(members) == 1 else node(tuple(members))


def _distinct(operator: str, condition: Condition, first: Operand, others: tuple[Operand, ...]) -> Condition:
    if isinstance(first, Path) and first in others:
        raise _plain(expression_errors.operands_not_distinct(PARAMETER, operator, str(first)))
    return condition


def _plain(error: ValidationException) -> ValidationException:
    return errors.without_parameter(error, (PARAMETER,))


# What a condition uses


def paths_of(condition: Condition) -> list[Path]:
    """All document paths, in order of appearance."""
    return [operand for operand in _operands(condition) if isinstance(operand, Path)]


def placeholders_of(condition: Condition) -> list[str]:
    """The placeholders of all values."""
    return [operand.placeholder for operand in _operands(condition) if isinstance(operand, Value)]


def _operands(condition: Condition) -> list[Operand]:
    """All operands, those of functions too."""
    found: list[Operand] = []
    waiting: list[Condition | Operand] = [condition]
    while waiting:
        node = waiting.pop()
        parts = _parts(node)
        if isinstance(node, Path | Value):
            found.append(node)
        waiting.extend(reversed(parts))
    return found


def _parts(node: Condition | Operand) -> tuple[Condition | Operand, ...]:
    if isinstance(node, And | Or):
        return node.conditions
    if isinstance(node, Not):
        return (node.condition,)
    if isinstance(node, Comparison):
        return (node.left, node.right)
    if isinstance(node, Between):
        return (node.operand, node.lower, node.upper)
    if isinstance(node, In):
        return (node.operand, *node.candidates)
    return node.arguments if isinstance(node, Function) else ()
