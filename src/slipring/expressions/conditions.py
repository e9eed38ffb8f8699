"""Condition and filter expressions, compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from slipring.expressions import predicates
from slipring.expressions.condition_parser import ConditionParser
from slipring.expressions.operands import Values, undefined_value
from slipring.expressions.predicates import Binder, Test
from slipring.expressions.syntax import And, Between, Comparison, In, Not, Or
from slipring.expressions.syntax import Condition as ConditionNode
from slipring.expressions.traces import equalities, traces
from slipring.model.attribute_values import AttributeValue, Item

_NO_VALUES: dict[str, AttributeValue] = {}
_NO_ITEM: Item = {}

BoundCondition = Callable[[Item | None], bool]
"""Whether an item, or the absence of one (None), meets the condition. Pure."""


class Condition:
    """A condition expression with its names resolved and its values still open."""

    __slots__ = (
        "_bind",
        "_bound",
        "_equalities",
        "attributes",
        "names_used",
        "parameter",
        "placeholders",
        "values_used",
    )

    def __init__(
        self,
        parameter: str,
        node: ConditionNode,
        attributes: Iterable[str],
        names_used: Iterable[str] = (),
        values_used: Iterable[str] = (),
        own_values: Values = _NO_VALUES,
    ) -> None:
        """`own_values` are those of a legacy parameter, which holds its values itself; it uses no others."""
        self.parameter = parameter
        self.attributes = frozenset(attributes)
        """Names of the top-level attributes that the condition looks at."""
        self.names_used = frozenset(names_used)
        self.placeholders = tuple(values_used)
        """Of the values, in order of appearance; `values_used` are the same as a set."""
        self.values_used = frozenset(self.placeholders)
        self._bind = _binder(node, parameter)
        self._equalities = tuple(equalities(node)) if self.values_used else ()
        self._bound = None if self.values_used else _accepting_none(self._bind(own_values))

    def bind(self, values: Values | None) -> BoundCondition:
        """The condition with a request's (normalised) values.

        Raises ValidationException for a value that is not defined, and for operands whose type is wrong whatever
        the item.
        """
        if self._bound is not None:
            return self._bound
        if values is None or not self.values_used <= values.keys():
            raise undefined_value(self.parameter, self.placeholders, values)
        return _accepting_none(self._bind(values))

    def traces(self, values: Values | None) -> tuple[bytes, ...]:
        """What the JSON of every item that meets the condition contains, given values that `bind` accepts."""
        return traces(self._equalities, values) if values and self._equalities else ()


def parse_condition(parameter: str, text: str, names: Mapping[str, str]) -> Condition:
    """Raises ValidationException for whatever is wrong before values are looked at."""
    parser = ConditionParser(parameter, text, names)
    node = parser.parse()
    return Condition(parameter, node, parser.attributes, parser.names_used, parser.values_used)


def _accepting_none(test: Test) -> BoundCondition:
    return lambda item: test(_NO_ITEM if item is None else item)


def _binder(node: ConditionNode, parameter: str) -> Binder:
    if isinstance(node, And):
        return _conjunction([_binder(part, parameter) for part in node.conditions])
    if isinstance(node, Or):
        return _disjunction([_binder(part, parameter) for part in node.conditions])
    if isinstance(node, Not):
        return _negation(_binder(node.condition, parameter))
    if isinstance(node, Comparison):
        return predicates.comparison(node, parameter)
    if isinstance(node, Between):
        return predicates.between(node, parameter)
    if isinstance(node, In):
        return predicates.in_candidates(node, parameter)
    return predicates.function(node, parameter)


def _conjunction(binders: list[Binder]) -> Binder:
    def bind(values: Values) -> Test:
        tests = [binder(values) for binder in binders]

        def test(item: Item) -> bool:
            for part in tests:  # noqa: SIM110 - all() with a generator costs twice as much
                if not part(item):
                    return False
            return True

        return test

    return bind


def _disjunction(binders: list[Binder]) -> Binder:
    def bind(values: Values) -> Test:
        tests = [binder(values) for binder in binders]

        def test(item: Item) -> bool:
            for part in tests:  # noqa: SIM110 - any() with a generator costs twice as much
                if part(item):
                    return True
            return False

        return test

    return bind


def _negation(binder: Binder) -> Binder:
    def bind(values: Values) -> Test:
        test = binder(values)
        return lambda item: not test(item)

    return bind
