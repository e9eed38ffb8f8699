"""Key condition expressions: which keys a Query reads.

A key condition is a list of terms, one per key attribute. Binding it to a key schema and to values gives the values
of all hash attributes, those of the leading range attributes that are given by equality, and at most one more
condition, on the range attribute after these. Source: developer guide, "Key condition expressions for the Query
operation in DynamoDB" and, for keys of several attributes, "Multi-attribute keys pattern".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from slipring.expressions.comparisons import MIRRORED, ORDERED, type_of
from slipring.expressions.condition_parser import ConditionParser
from slipring.expressions.operands import Values, undefined_value
from slipring.expressions.predicates import check_bounds
from slipring.expressions.syntax import And, Between, Comparison, Function, In, Not, Operand, Or, Path, Value
from slipring.expressions.syntax import Condition as ConditionNode
from slipring.model.attribute_values import AttributeValue
from slipring.model.errors import expressions as errors
from slipring.model.errors.items import empty_key_value

_PARAMETER = "KeyConditionExpression"
_TERMS_MIN = 2
"""So many terms are never too many in themselves: a second one for a table without a sort key is not supported."""
_RANGE_OPERATORS = frozenset({"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"})
_EMPTY_TYPE_NAMES = {"S": "string", "B": "binary"}
_SCHEMAS_MAX = 16
"""For how many key schemas a condition remembers how it fits them; more than one is rare."""

_Names = tuple[tuple[str, ...], tuple[str, ...]]
"""Of the hash attributes of a key schema, and of its range attributes."""


class KeyTerm(NamedTuple):
    """A condition on one key attribute."""

    name: str
    operator: str
    """= < <= > >= BETWEEN or begins_with; in a legacy KeyConditions also a ComparisonOperator that no key allows."""
    placeholders: tuple[str, ...]
    """Of the values: two for BETWEEN, lower bound first, else one."""
    written: str = ""
    """The operator as the expression has it, where the value stands first; the service names it so."""


class KeyRange(NamedTuple):
    """What a Query reads, as wire strings of the key attributes' own types."""

    hash_values: tuple[str, ...]
    """Of every hash attribute, in the order of the key schema."""
    range_values: tuple[str, ...]
    """Of the leading range attributes that are given by equality."""
    operator: str | None
    """The condition on the next range attribute: < <= > >= BETWEEN begins_with, or None where there is none."""
    operands: tuple[str, ...]
    """Two for BETWEEN, lower bound first; one for the other operators; none without one."""


class KeyCondition:
    """A key condition with its names resolved and its values still open."""

    __slots__ = (
        "_fits",
        "_own_values",
        "_repeats_name",
        "_term_by_name",
        "attributes",
        "names_used",
        "placeholders",
        "terms",
        "values_used",
    )

    parameter = _PARAMETER

    def __init__(
        self,
        terms: Sequence[KeyTerm],
        names_used: Iterable[str] = (),
        values_used: Iterable[str] = (),
        own_values: Values | None = None,
    ) -> None:
        """`own_values` are those of a legacy KeyConditions, which holds its values itself; it uses no others."""
        self.terms = tuple(terms)
        self.names_used = frozenset(names_used)
        self.placeholders = tuple(values_used)
        """Of the values, in order of appearance; `values_used` are the same as a set."""
        self.values_used = frozenset(self.placeholders)
        self._own_values = own_values
        self._term_by_name = {term.name: term for term in terms}
        self._fits: dict[_Names, tuple[tuple[KeyTerm, ...], tuple[KeyTerm, ...]]] = {}
        self._repeats_name = len(self._term_by_name) < len(self.terms)
        self.attributes = frozenset(self._term_by_name)
        """Names of the attributes that have a condition."""

    def check(self, values: Values | None) -> None:
        """What is looked at before the table is: the terms one after the other, then whether a key has two of them.

        Raises ValidationException for a value that is not defined, or of a type that its operator has no use for.
        """
        values = self._own_values if self._own_values is not None else values
        if values is None or not self.values_used <= values.keys():
            self._check_up_to_undefined({} if values is None else values)
            raise undefined_value(_PARAMETER, self.placeholders, values)
        for term in self.terms:
            if term.operator != "=":
                _check_operands(term, values)
        if self._repeats_name:
            raise errors.several_conditions_per_key()

    def _check_up_to_undefined(self, values: Values) -> None:
        for term in self.terms:
            if not values.keys() >= set(term.placeholders):
                return
            if term.operator != "=":
                _check_operands(term, values)

    def bind(
        self,
        values: Values | None,
        hash_names: tuple[str, ...],
        range_names: tuple[str, ...],
        types: Mapping[str, str],
    ) -> KeyRange:
        """The keys to read, given the key schema's attribute names in order and their types (S, N or B).

        The values have passed `check`. Raises ValidationException where one has the wrong type for the key schema, or
        the terms do not fit it.
        """
        values = self._own_values if self._own_values is not None else values
        assert values is not None
        schema = (hash_names, range_names)
        hash_terms, range_terms = self._fits.get(schema) or self._fit(schema)
        hash_values = tuple([_contents(term, values, types)[0] for term in hash_terms])
        if not range_terms:
            return KeyRange(hash_values, (), None, ())
        operands = [_contents(term, values, types) for term in range_terms]
        if range_terms[-1].operator != "=":
            last = operands.pop()
            return KeyRange(hash_values, tuple([first for first, *_ in operands]), range_terms[-1].operator, last)
        return KeyRange(hash_values, tuple([first for first, *_ in operands]), None, ())

    def _fit(self, schema: _Names) -> tuple[tuple[KeyTerm, ...], tuple[KeyTerm, ...]]:
        """The terms on hash and on range attributes of a key schema."""
        hash_names, range_names = schema
        hash_terms = self._hash_terms(hash_names, range_names)
        range_terms = self._range_terms(range_names, len(self.terms) - len(hash_terms))
        if len(self._fits) >= _SCHEMAS_MAX:
            self._fits.clear()
        fit = self._fits[schema] = (tuple(hash_terms), tuple(range_terms))
        return fit

    def _hash_terms(self, hash_names: Sequence[str], range_names: Sequence[str]) -> list[KeyTerm]:
        attributes = len(hash_names) + len(range_names)
        if not self.terms or (self._own_values is not None and attributes <= 2 < len(self.terms)):
            raise errors.key_condition_count()
        if len(self.terms) > max(attributes, _TERMS_MIN):
            raise errors.too_many_key_conditions(len(self.terms), attributes)
        terms = []
        for name in hash_names:
            term = self._term_by_name.get(name)
            if term is None:
                raise errors.key_condition_missing(name)
            if term.operator != "=":
                raise errors.key_condition_not_supported()
            terms.append(term)
        return terms

    def _range_terms(self, range_names: Sequence[str], count: int) -> list[KeyTerm]:
        """The terms on range attributes: the first `count` of these, all but the last by equality."""
        if count > len(range_names):
            raise errors.key_condition_not_supported()
        if len(range_names) > 1:
            self._check_equalities(range_names)
        terms = []
        for name in range_names[:count]:
            term = self._term_by_name.get(name)
            if term is None:
                raise errors.key_condition_missing(name)
            if term.operator not in _RANGE_OPERATORS:
                raise errors.key_condition_not_indexable()
            terms.append(term)
        if any(term.operator != "=" for term in terms[:-1]):
            raise errors.key_condition_not_supported()
        return terms

    def _check_equalities(self, range_names: Sequence[str]) -> None:
        """A condition on one of several range attributes needs equality on all that are before it."""
        named = [position for position, name in enumerate(range_names) if name in self._term_by_name]
        before = range_names[: max(named, default=0)]
        lacking = [
            name for name in before if name not in self._term_by_name or self._term_by_name[name].operator != "="
        ]
        if lacking:
            raise errors.range_keys_without_equality(lacking, range_names[max(named)])


def _check_operands(term: KeyTerm, values: Values) -> None:
    """What the service says of a value whatever the key schema."""
    for placeholder in term.placeholders:
        kind = type_of(values[placeholder])
        if kind not in ORDERED or (kind == "N" and term.operator == "begins_with"):
            raise errors.wrong_operand_type(_PARAMETER, term.written or term.operator, kind)
    if term.operator == "BETWEEN":
        lower, upper = term.placeholders
        check_bounds(values[lower], values[upper], _PARAMETER)


def _contents(term: KeyTerm, values: Values, types: Mapping[str, str]) -> tuple[str, ...]:
    kind = types[term.name]
    return tuple([_content(term.name, values[placeholder], kind) for placeholder in term.placeholders])


def _content(name: str, value: AttributeValue, kind: str) -> str:
    content: str | None = value.get(kind)
    if content is None:
        raise errors.key_condition_type_mismatch()
    if not content:
        raise empty_key_value(name, _EMPTY_TYPE_NAMES[kind])
    return content


# From the expression


def parse_key_condition(text: str, names: Mapping[str, str]) -> KeyCondition:
    """Raises ValidationException for whatever is wrong before values and the key schema are looked at."""
    parser = ConditionParser(_PARAMETER, text, names)
    node = parser.parse()
    terms = [_term(part) for part in (node.conditions if isinstance(node, And) else (node,))]
    return KeyCondition(terms, parser.names_used, parser.values_used)


def _term(node: ConditionNode) -> KeyTerm:
    if isinstance(node, Comparison) and node.operator != "<>":
        if isinstance(node.left, Value) and isinstance(node.right, Path):
            mirrored = _term_of(MIRRORED[node.operator], (node.right, node.left))
            return mirrored._replace(written=node.operator)
        return _term_of(node.operator, (node.left, node.right))
    if isinstance(node, Between):
        return _term_of("BETWEEN", (node.operand, node.lower, node.upper))
    if isinstance(node, Function) and node.name == "begins_with":
        return _term_of(node.name, node.arguments)
    raise errors.key_operator_not_allowed(_operator(node))


def _operator(node: ConditionNode) -> str:
    if isinstance(node, Comparison):
        return node.operator
    if isinstance(node, Function):
        return node.name
    return {Or: "OR", Not: "NOT", In: "IN"}.get(type(node), "AND")


def _term_of(operator: str, operands: tuple[Operand, ...]) -> KeyTerm:
    if any(isinstance(operand, Function) for operand in operands):
        raise errors.key_condition_nested_operation()
    paths = [operand for operand in operands if isinstance(operand, Path)]
    if not paths:
        raise errors.key_condition_without_name()
    if len(paths) > 1:
        raise errors.key_condition_several_names()
    if len(paths[0].elements) > 1:
        raise errors.key_condition_nested_attribute()
    if paths[0] is not operands[0]:
        raise errors.key_condition_name_not_first(operator)
    placeholders = tuple(operand.placeholder for operand in operands if isinstance(operand, Value))
    return KeyTerm(paths[0].attribute, operator, placeholders)
