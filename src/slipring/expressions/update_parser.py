"""The grammars of update expressions and of projections.

Source: developer guide, "Using update expressions in DynamoDB" and "Using projection expressions in DynamoDB". Not
written there but accepted by the service: parentheses around an operand or an arithmetic operation.
"""

from __future__ import annotations

from typing import Literal, cast

from slipring.expressions.parser import Check, Parser
from slipring.expressions.syntax import Action, Arithmetic, Function, Operand, Path
from slipring.model.errors import expressions as errors

_FUNCTIONS = frozenset({"if_not_exists", "list_append"})
_CONDITION_FUNCTIONS = frozenset(
    {"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"}
)


class ProjectionParser(Parser):
    __slots__ = ()

    def parse(self) -> list[Path]:
        """The paths in order. Raises ValidationException as the service does; overlaps are not looked for here."""
        paths = [self._path()]
        while self._accept(","):
            paths.append(self._path())
        self._finish()
        return paths


class UpdateParser(Parser):
    __slots__ = ()

    keywords = frozenset({"SET", "REMOVE", "ADD", "DELETE"})

    def parse(self) -> list[Action]:
        """The actions in order. Raises ValidationException as the service does; overlaps are not looked for here."""
        actions: list[Action] = []
        sections: set[str] = set()
        while section := self._keyword():
            if section in sections:
                self._note(Check.SECTIONS, errors.section_used_twice(self.parameter, section))
            sections.add(section)
            self._advance()
            actions.append(self._action(section))
            while self._accept(","):
                actions.append(self._action(section))
        self._finish()
        return actions

    def _action(self, section: str) -> Action:
        path = self._path()
        if section == "SET":
            self._expect("=")
            return Action("SET", path, self._set_operand())
        if section == "REMOVE":
            return Action("REMOVE", path, None)
        return Action(cast(Literal["ADD", "DELETE"], section), path, self._value())

    def _set_operand(self) -> Operand | Arithmetic:
        """An operand or a sum or difference of two. A parenthesis may hold the first operand or the whole."""
        opened = 0
        while self._accept("("):
            opened += 1
        first = self._operand()
        operand: Operand | Arithmetic = first
        around_first = 0
        while around_first < opened and self._accept(")"):
            around_first += 1
        if self._at("+") or self._at("-"):
            operator = cast(Literal["+", "-"], self._advance().text)
            self._count_operator()
            operand = Arithmetic(operator, first, self._operand())
        around_whole = opened - around_first
        self._close_parentheses(around_whole)
        if max(around_first, around_whole) > 1:
            self._note_redundant_parentheses()
        return operand

    def _call(self, name: str, arguments: tuple[Operand, ...]) -> Function:
        function = super()._call(name, arguments)
        if name in _CONDITION_FUNCTIONS:
            self._note(Check.FUNCTION_NAME, errors.function_not_in_update(self.parameter, name))
        elif name not in _FUNCTIONS:
            self._note(Check.FUNCTION_NAME, errors.unknown_function(self.parameter, name))
        elif len(arguments) != 2:
            self._note_operand_count(name, arguments)
        elif name == "if_not_exists" and not isinstance(arguments[0], Path):
            self._note(Check.OPERANDS, errors.path_required(self.parameter, name))
        return function
