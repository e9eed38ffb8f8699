"""The grammar of condition, filter and key condition expressions.

Source: developer guide, "Condition and filter expressions, operators, and functions in DynamoDB". Not written there
but accepted by the service: an operand in parentheses, and a value or `size` on either side of a comparison.
"""

from __future__ import annotations

from slipring.expressions.parser import Check, Parser
from slipring.expressions.syntax import And, Between, Comparison, Condition, Function, In, Not, Operand, Or, Path, Value
from slipring.model.errors import expressions as errors
from slipring.model.limits import EXPRESSION_IN_OPERANDS_MAX

OPERAND_COUNTS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
"""How many operands each function of a condition takes."""
PATH_FUNCTIONS = frozenset({"attribute_exists", "attribute_not_exists"})
_UPDATE_FUNCTIONS = frozenset({"if_not_exists", "list_append"})
_COMPARATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_PRECEDENCES = {"OR": 1, "AND": 2, "NOT": 3}


class ConditionParser(Parser):
    """Operator precedence with two explicit stacks: conditions read, and operators that wait for their right side.

    An opening parenthesis waits among the operators; only what follows tells whether it holds a condition or an
    operand.
    """

    __slots__ = ("_conditions", "_waiting")

    keywords = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})

    def parse(self) -> Condition:
        """Raises ValidationException for whatever the service refuses before it looks at values."""
        self._conditions: list[Condition] = []
        self._waiting: list[str] = []
        while True:
            self._read_prefixes()
            self._conditions.append(self._condition(self._read_suffixes(self._operand())))
            word = self._keyword()
            if word != "AND" and word != "OR":
                break
            self._advance()
            self._reduce(_PRECEDENCES[word])
            self._push(word)
        self._reduce(0)
        if self._waiting:
            raise self._syntax_error()
        self._finish()
        return self._conditions.pop()

    def _push(self, operator: str) -> None:
        self._count_operator()
        self._waiting.append(operator)

    def _read_prefixes(self) -> None:
        while True:
            if self._accept_keyword("NOT"):
                self._push("NOT")
            elif self._accept("("):
                self._waiting.append("(")
            else:
                return

    def _read_suffixes(self, node: Operand | Condition) -> Operand | Condition:
        """Comparisons with `node` on their left, and the parentheses that close after it."""
        in_parentheses = False
        while True:
            if self._at_comparison():
                node = self._comparison(self._comparable(node))
                in_parentheses = False
            elif self._at(")") and self._waiting:
                if self._waiting[-1] == "(":
                    if in_parentheses:
                        self._note_redundant_parentheses()
                else:
                    self._conditions.append(self._condition(node))
                    self._reduce(0)
                    node = self._conditions.pop()
                if not self._waiting:
                    raise self._syntax_error()
                self._waiting.pop()
                self._advance()
                in_parentheses = True
            else:
                return node

    def _reduce(self, precedence: int) -> None:
        """Apply the operators that wait, back to a parenthesis, down to `precedence`."""
        while self._waiting and self._waiting[-1] != "(" and _PRECEDENCES[self._waiting[-1]] >= precedence:
            operator = self._waiting.pop()
            right = self._conditions.pop()
            if operator == "NOT":
                self._conditions.append(right.condition if isinstance(right, Not) else Not(right))
            else:
                self._conditions.append(_joined(operator, self._conditions.pop(), right))

    def _condition(self, node: Operand | Condition) -> Condition:
        """`node`, where a condition is wanted."""
        if isinstance(node, Path | Value):
            raise self._syntax_error()
        if isinstance(node, Function) and node.name == "size":
            self._note(Check.FUNCTION_PLACE, errors.function_misplaced(self.parameter, node.name))
        return node

    def _comparable(self, node: Operand | Condition) -> Operand:
        """`node`, where a comparison follows."""
        if not isinstance(node, Path | Value | Function):
            raise self._syntax_error()
        return node

    # Comparisons

    def _at_comparison(self) -> bool:
        if self._token.kind == "symbol":
            return self._token.text in _COMPARATORS
        return self._keyword() in ("BETWEEN", "IN")

    def _comparison(self, left: Operand) -> Condition:
        operator = self._advance().text.upper()
        self._count_operator()
        if operator == "BETWEEN":
            lower = self._operand()
            if not self._accept_keyword("AND"):
                raise self._syntax_error()
            others: tuple[Operand, ...] = (lower, self._operand())
        elif operator == "IN":
            others = self._candidates()
        else:
            others = (self._operand(),)
        self._check_operands(operator, (left, *others))
        if operator == "BETWEEN":
            return Between(left, *others)
        return In(left, others) if operator == "IN" else Comparison(operator, left, *others)

    def _candidates(self) -> tuple[Operand, ...]:
        self._expect("(")
        candidates = [self._operand()]
        while self._accept(","):
            candidates.append(self._operand())
        self._expect(")")
        if len(candidates) > EXPRESSION_IN_OPERANDS_MAX:
            self._note(Check.OPERATORS, errors.too_many_in_operands(self.parameter, len(candidates)))
        return tuple(candidates)

    # Functions and operands

    def _call(self, name: str, arguments: tuple[Operand, ...]) -> Function:
        function = super()._call(name, arguments)
        if name in _UPDATE_FUNCTIONS:
            self._note(Check.FUNCTION_NAME, errors.function_not_in_condition(self.parameter, name))
        elif name not in OPERAND_COUNTS:
            self._note(Check.FUNCTION_NAME, errors.unknown_function(self.parameter, name))
        elif len(arguments) != OPERAND_COUNTS[name]:
            self._note_operand_count(name, arguments)
        elif name in PATH_FUNCTIONS and not isinstance(arguments[0], Path):
            self._note(Check.OPERANDS, errors.path_required(self.parameter, name))
        elif name == "size" and isinstance(arguments[0], Function):
            self._note(Check.OPERANDS, errors.wrong_operand_type(self.parameter, name, "N"))
        self._check_operands(name, arguments)
        return function

    def _check_operands(self, operator: str, operands: tuple[Operand, ...]) -> None:
        for operand in operands:
            if isinstance(operand, Function) and operand.name != "size":
                self._note(Check.FUNCTION_PLACE, errors.function_misplaced(self.parameter, operand.name))
        first = operands[0]
        if isinstance(first, Path) and first in operands[1:]:
            self._note(Check.OPERANDS, errors.operands_not_distinct(self.parameter, operator, str(first)))


def _joined(operator: str, left: Condition, right: Condition) -> Condition:
    """Chains of one operator become one node, so that a chain of any length stays flat."""
    node: type[And] | type[Or] = And if operator == "AND" else Or
    left_parts = left.conditions if isinstance(left, node) else (left,)
    right_parts = right.conditions if isinstance(right, node) else (right,)
    return node(left_parts + right_parts)
