"""The Condition element: every operator and every key in it must hold.

Sources: "Condition operators", "Conditions with multiple context keys or values" and "Single-valued vs. multivalued
context keys" in the IAM User Guide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from slipring.iam.policies.operators import NULL, OPERATORS, Operator, exactly
from slipring.iam.policies.templates import Lookup, Template, template
from slipring.iam.policies.wildcards import could_match

Test: TypeAlias = Callable[[Lookup], bool]
"""Whether a condition holds for a request."""
Comparison: TypeAlias = Callable[[str, Lookup], bool]
"""Whether one value of a request satisfies an operator, given all the policy's values."""

_FOR_ALL = "ForAllValues:"
_FOR_ANY = "ForAnyValue:"
_IF_EXISTS = "IfExists"


class MalformedCondition(Exception):
    """The operator is unknown, or a value is none for it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator, as the document has it."""

    operator: str
    """With its qualifier and `IfExists`."""
    key: str
    values: tuple[str, ...]


def compiled(condition: Condition, *, variables: bool) -> Test:
    """Raises MalformedCondition, and MalformedVariable for a value that holds one."""
    name = condition.operator
    qualifier = next((each for each in (_FOR_ALL, _FOR_ANY) if name.startswith(each)), "")
    name = name.removeprefix(qualifier)
    key = condition.key.lower()
    if name == NULL:
        return _null(key, condition)
    operator = OPERATORS.get(name.removesuffix(_IF_EXISTS))
    if operator is None:
        raise MalformedCondition(f"Invalid Condition type : {condition.operator}.")
    satisfies = _comparison([_read(text, operator, condition, variables) for text in condition.values], operator)
    return _test(key, satisfies, qualifier, _if_absent(qualifier, operator, name.endswith(_IF_EXISTS)))


def _if_absent(qualifier: str, operator: Operator, if_exists: bool) -> bool:
    """What a request without the key comes to."""
    if if_exists or qualifier == _FOR_ALL:
        return True
    return operator.negated and qualifier != _FOR_ANY


def _read(text: str, operator: Operator, condition: Condition, variables: bool) -> Template:
    value = template(text, variables=variables and operator.variables, wildcards=operator.wildcards)
    fixed = value.fixed
    if fixed is not None and operator.compile(fixed) is None:
        raise MalformedCondition(f"Invalid value for {condition.operator} of {condition.key}: {text}")
    return value


def _comparison(values: list[Template], operator: Operator) -> Comparison:
    """Positive operators want one of the policy's values to compare, negated ones none."""
    fixed = [text for value in values if (text := value.fixed) is not None]
    tests = [frozenset(fixed).__contains__] if operator.compile is exactly else list(map(operator.compile, fixed))
    changing = [value for value in values if value.fixed is None]
    negated = operator.negated

    def compares(value: str, lookup: Lookup) -> bool:
        for test in tests:
            if test is not None and test(value):
                return True
        for each in changing:
            text = each.resolved(lookup)
            if text is None or (operator.wildcards and not could_match(text, value)):
                continue
            test = operator.compile(text)
            if test is not None and test(value):
                return True
        return False

    return lambda value, lookup: compares(value, lookup) is not negated


def _test(key: str, satisfies: Comparison, qualifier: str, if_absent: bool) -> Test:
    """Without a qualifier a key of several values is held to the operator with every one of them."""
    quantified = any if qualifier == _FOR_ANY else all

    def holds(lookup: Lookup) -> bool:
        found = lookup(key)
        if found is None:
            return if_absent
        if isinstance(found, str):
            if not qualifier:
                return satisfies(found, lookup)
            found = (found,)
        if not any(found):  # "a null data set, such as an empty string"
            return if_absent
        return quantified(satisfies(value, lookup) for value in found)

    return holds


def _null(key: str, condition: Condition) -> Test:
    """`true` wants the key absent, `false` present and not null."""
    wanted = {value.lower() for value in condition.values}
    if not wanted <= {"true", "false"}:
        raise MalformedCondition(f"Invalid value for Null of {condition.key}: {', '.join(condition.values)}")

    def holds(lookup: Lookup) -> bool:
        found = lookup(key)
        absent = found is None or not any((found,) if isinstance(found, str) else found)
        return ("true" if absent else "false") in wanted

    return holds
