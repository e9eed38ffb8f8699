"""SET and REMOVE of an UPDATE as actions of the expression engine.

`SET a = set_add(a, <<…>>)` is ADD, set_delete is DELETE; everything else that SET can do is what SET of an
UpdateExpression does. Sources: developer guide, "PartiQL update statements for DynamoDB"; the public conformance suite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from slipring.expressions.syntax import Action, Arithmetic, Function, Operand, Value
from slipring.model.attribute_values import AttributeValue
from slipring.model.errors import expressions as expression_errors
from slipring.model.errors import partiql as errors
from slipring.partiql.lexer import position
from slipring.partiql.literals import VALUE_KINDS, Literals
from slipring.partiql.paths import document_path, is_path
from slipring.partiql.syntax import Node, operation

_SECTIONS: dict[str, Literal["ADD", "DELETE"]] = {"set_add": "ADD", "set_delete": "DELETE"}
_OPERATORS: dict[str, Literal["+", "-"]] = {"Plus": "+", "Minus": "-"}
_FUNCTIONS = frozenset({"list_append", "if_not_exists"})
_SET_TYPES = frozenset({"SS", "NS", "BS"})
_PARAMETER = "UpdateExpression"


class SetOperand(NamedTuple):
    """A value that must be a set, and what to say if it isn't."""

    placeholder: str
    function: str
    position: str


class ActionCompiler:
    """Turns the actions of one UPDATE into the engine's terms."""

    __slots__ = ("_literals", "_text", "placeholders", "set_operands")

    def __init__(self, literals: Literals, text: str) -> None:
        self._literals = literals
        self._text = text
        self.placeholders: list[str] = []
        """Of the values that the actions use."""
        self.set_operands: list[SetOperand] = []

    def actions(self, nodes: Sequence[Node]) -> list[Action]:
        """Raises ValidationException for what is PartiQL and yet not supported."""
        actions: list[Action] = []
        for node in nodes:
            if node.kind == "Remove":
                actions.append(Action("REMOVE", document_path(node.children[0], self._text), None))
            elif node.kind == "Set":
                actions += [self._assignment(*assignment.children) for assignment in node.children]
            else:
                raise errors.unsupported_operation(operation(node))
        return actions

    def _assignment(self, target: Node, node: Node) -> Action:
        path = document_path(target, self._text)
        if node.kind == "Call" and node.text in _SECTIONS:
            return Action(_SECTIONS[node.text], path, self._changed_set(target, node))
        if node.kind in _OPERATORS:
            left, right = [self._operand(child) for child in node.children]
            return Action("SET", path, Arithmetic(_OPERATORS[node.kind], left, right))
        return Action("SET", path, self._operand(node))

    def _changed_set(self, target: Node, call: Node) -> Value:
        """What set_add adds or set_delete removes; the first argument only says again which set."""
        name = call.text.upper()
        if len(call.children) != 2:
            raise errors.set_function_argument_count(name, self._position(call))
        first, second = call.children
        if first != target:
            raise errors.set_function_path_differs(name, self._position(call))
        if second.kind not in ("Bag", "Parameter"):
            raise errors.set_function_operand_type(name, self._position(first))
        value = self._value(second)
        self.set_operands.append(SetOperand(value.placeholder, name, self._position(first)))
        return value

    def _operand(self, node: Node) -> Operand:
        if is_path(node) or node.kind == "Path":
            return document_path(node, self._text)
        if node.kind in VALUE_KINDS:
            return self._value(node)
        if node.kind == "Call":
            return self._call(node)
        if node.kind == "Select":
            raise errors.nested_select()
        raise errors.unsupported_operation(operation(node))

    def _call(self, node: Node) -> Function:
        if node.text not in _FUNCTIONS:
            raise errors.unrecognized_function(node.text, self._position(node))
        if len(node.children) != 2:
            error = expression_errors.wrong_operand_count(_PARAMETER, node.text, len(node.children))
            raise errors.without_parameter(error, (_PARAMETER,))
        if node.text == "if_not_exists" and not is_path(node.children[0]):
            raise errors.without_parameter(expression_errors.path_required(_PARAMETER, node.text), (_PARAMETER,))
        return Function(node.text, tuple([self._operand(child) for child in node.children]))

    def _value(self, node: Node) -> Value:
        value = self._literals.add(node)
        self.placeholders.append(value.placeholder)
        return value

    def _position(self, node: Node) -> str:
        return position(self._text, node.start, node.length)


def check_set_operands(operands: Sequence[SetOperand], values: Mapping[str, AttributeValue]) -> None:
    """Raises ValidationException where a parameter is no set."""
    for operand in operands:
        if _SET_TYPES.isdisjoint(values[operand.placeholder]):
            raise errors.set_function_operand_type(operand.function, operand.position)
