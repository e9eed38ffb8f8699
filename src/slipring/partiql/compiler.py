"""From a statement's text to something that needs only parameters, once for all requests that use the same text.

What is wrong with a statement whatever the parameters and the table is found here, in the service's order as far as
it is known: syntax, table, SELECT list or actions, condition, order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from slipring.model.attribute_values import AttributeValue
from slipring.model.errors import partiql as errors
from slipring.partiql.literals import Literals
from slipring.partiql.parameters import normalise_parameters
from slipring.partiql.select_compiler import compile_select
from slipring.partiql.statement_parser import parse
from slipring.partiql.statements import Exists, Maker, Statement
from slipring.partiql.syntax import Node, operation
from slipring.partiql.write_compiler import compile_write

_STATEMENTS_CACHED = 1024
_CACHED_CHARACTERS_MAX = 2048
"""Longer statements are compiled anew each time, so that the cache cannot be made to fill the memory."""


class CompiledStatement:
    """A statement whose parameters are open."""

    __slots__ = ("_literals", "_make", "_parameter_count")

    def __init__(self, literals: Literals, make: Maker[Statement], parameter_count: int) -> None:
        self._literals = literals
        self._make = make
        self._parameter_count = parameter_count

    def bind(self, parameters: Sequence[AttributeValue] = ()) -> Statement:
        """The statement with a request's parameters, which are brought to normal form in place.

        Raises ValidationException for wrong parameters, and for operands whose type is wrong whatever the table.
        """
        normalise_parameters(parameters)
        if len(parameters) != self._parameter_count:
            raise errors.parameter_count_differs()
        return self._make(self._literals.values(parameters))


def compile_statement(text: str) -> CompiledStatement:
    """Raises ValidationException for whatever is wrong with the statement itself.

    The caller holds `text` to the service's length, 8192 characters.
    """
    return _cached(text) if len(text) <= _CACHED_CHARACTERS_MAX else _compile(text)


def _compile(text: str) -> CompiledStatement:
    tree, parameter_count = parse(text)
    literals = Literals(text)
    return CompiledStatement(literals, _maker(tree, literals, text), parameter_count)


_cached = lru_cache(maxsize=_STATEMENTS_CACHED)(_compile)


def _maker(node: Node, literals: Literals, text: str) -> Maker[Statement]:
    if node.kind == "Select":
        return compile_select(node, literals, text)
    if node.kind == "Dml":
        return compile_write(node, literals, text)
    if node.kind == "Call" and node.text == "exists" and [child.kind for child in node.children] == ["Select"]:
        make_select = compile_select(node.children[0], literals, text)
        return lambda values: Exists(make_select(values))
    raise errors.unsupported_operation(operation(node))
