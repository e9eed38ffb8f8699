"""Every constraint of every operation's input, driven by the service model itself.

For each operation a full good request is made from the model, then each required member, enum and bound in it is
broken in turn: the generated code must refuse, and the slow walk must name exactly that place and constraint.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slipring.model.errors.tree import ValidationException
from slipring.model.service import Operation, Shape, operations
from slipring.model.validation import explain, facts
from slipring.model.validation.compilation import compile_check

OPERATIONS = list(operations().values())
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


def good_text(shape: Shape) -> str:
    if shape.enum:
        return shape.enum[-1]
    if shape.name == facts.TABLE_ARN:
        return "abc"
    least = max(shape.min or 0, 1)
    candidates = ["a" * least, "a" * max(least, 16), "a" * max(least, 2), "0" * 12, ","]
    pattern = re.compile(facts.python_pattern(shape.pattern or ".*"))
    return next(each for each in candidates if pattern.fullmatch(each))


def good_value(shape: Shape) -> Any:
    """A value with every member of every structure, one element in every list and one pair in every map."""
    if shape.name == facts.ATTRIBUTE_VALUE:
        return {"S": "a"}
    if shape.kind == "structure":
        return {name: good_value(member) for name, member in shape.members.items()}
    if shape.kind == "list":
        return [good_value(shape.element)] * max(shape.min or 0, 1)
    if shape.kind == "map":
        return {good_text(shape.key): good_value(shape.value)}
    if shape.kind == "string":
        return good_text(shape)
    return True if shape.kind == "boolean" else max(shape.min or 0, 1)


Place = tuple[Shape, str, dict[str, Any], str]
"""A structure's shape, a member's name, the dict it stands in, and its path in messages."""


def places(shape: Shape, value: Any, path: str = "") -> Iterator[Place]:
    """Every member of every structure in a value."""
    if shape.name == facts.ATTRIBUTE_VALUE:
        return
    if shape.kind == "structure":
        for name, member in shape.members.items():
            member_path = (f"{path}." if path else "") + name[0].lower() + name[1:]
            yield shape, name, value, member_path
            yield from places(member, value[name], member_path)
    elif shape.kind == "list":
        yield from places(shape.element, value[0], f"{path}.1.member")
    elif shape.kind == "map":
        [(key, content)] = value.items()
        yield from places(shape.value, content, f"{path}.{key}.member")


def holds_attribute_values(shape: Shape) -> bool:
    """Whether the elements are attribute values, which only the slow walk looks at."""
    inner = {"list": lambda: shape.element, "map": lambda: shape.value}.get(shape.kind)
    return inner is not None and inner().name == facts.ATTRIBUTE_VALUE


def broken_values(shape: Shape, good: Any) -> Iterator[tuple[Any, str]]:
    """Values that break one constraint of their shape, and the constraint's words."""
    if shape.name in (facts.TABLE_ARN, facts.ATTRIBUTE_NAME):
        return
    if shape.enum:
        yield "NO SUCH VALUE", "Member must satisfy enum value set: ["
        return
    if shape.kind in ("integer", "long"):
        if shape.min is not None:
            yield shape.min - 1, f"Member must have value greater than or equal to {shape.min}"
        if shape.max is not None:
            yield shape.max + 1, f"Member must have value less than or equal to {shape.max}"
    if shape.kind == "string" and not shape.pattern:
        if shape.min:
            yield "a" * (shape.min - 1), f"Member must have length greater than or equal to {shape.min}"
        if shape.max is not None:
            yield "a" * (shape.max + 1), f"Member must have length less than or equal to {shape.max}"
    if shape.kind == "string" and shape.pattern and not re.fullmatch(facts.python_pattern(shape.pattern), "\0" * 64):
        yield "\0" * max(shape.min or 0, 64), f"Member must satisfy regular expression pattern: {shape.pattern}"
    if shape.kind == "list":
        if shape.min:
            yield good[: shape.min - 1], f"Member must have length greater than or equal to {shape.min}"
        if shape.max is not None:
            yield good * (shape.max + 1), f"Member must have length less than or equal to {shape.max}"


def has_other_words(structure: Shape, member: str) -> bool:
    """What test_validation has tables for."""
    place = (structure.name, member)
    return place in facts.CHECKED_BY_HAND | facts.REQUEST_ITEMS | facts.PARAMETER_REQUIRED


@every_operation
def test_good_requests_pass(operation: Operation) -> None:
    """Bare and full requests: a check that refused a good one would break every client."""
    is_good = compile_check(operation)
    full = good_value(operation.input)
    bare = {name: full[name] for name in operation.input.required}
    for request in (full, bare):
        assert is_good(request) is True
        assert explain(operation.name, request) is None


@every_operation
def test_each_required_member_is_missed(operation: Operation) -> None:
    request = good_value(operation.input)
    is_good = compile_check(operation)
    for structure, member, parent, path in places(operation.input, request):
        if member not in structure.required or has_other_words(structure, member):
            continue
        good, parent[member] = parent[member], None
        assert not is_good(request)
        if (structure.name, member) in facts.REQUIRED_BY_THE_OPERATION:
            assert explain(operation.name, request) is None
            parent[member] = good
            continue
        assert_named(
            operation, request, f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
        )
        parent[member] = good


@every_operation
def test_each_constraint_is_held(operation: Operation) -> None:
    request = good_value(operation.input)
    is_good = compile_check(operation)
    for structure, member, parent, path in places(operation.input, request):
        if has_other_words(structure, member) or (structure.name, member) in facts.LENGTHS_MAX:
            continue
        good = parent[member]
        for bad, constraint in broken_values(structure.members[member], good):
            parent[member] = copy.deepcopy(bad)
            assert not is_good(request)
            if member == "ConditionalOperator" and operation.name in facts.CONDITIONAL_OPERATOR_FIRST:
                continue
            assert_named(operation, request, f"' at '{path}' failed to satisfy constraint: {constraint}")
        parent[member] = good


def assert_named(operation: Operation, request: Any, failure: str) -> None:
    error = explain(operation.name, request)
    assert isinstance(error, ValidationException)
    assert failure in error.message, (failure, error.message)


junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 2**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=4),
    st.just([]),
    st.just({}),
    st.lists(st.text(max_size=2), max_size=2),
)


@settings(max_examples=300)
@given(st.data())
def test_generated_code_never_passes_what_the_slow_walk_refuses(data: st.DataObject) -> None:
    """Random members of random requests replaced by junk, several at a time."""
    operation = data.draw(st.sampled_from(OPERATIONS))
    request = good_value(operation.input)
    found = list(places(operation.input, request))
    for _ in range(data.draw(st.integers(0, 3)) if found else 0):
        shape, member, parent, _ = found[data.draw(st.integers(0, len(found) - 1))]
        if not holds_attribute_values(shape.members[member]):
            parent[member] = data.draw(junk)
    passed = compile_check(operation)(request)
    error = explain(operation.name, copy.deepcopy(request))
    assert not (passed and error is not None)


def test_the_checks_compile_for_every_operation() -> None:
    """A shape of a kind that generation doesn't know fails here, not at the first request of a client."""
    for operation in OPERATIONS:
        assert compile_check(operation)([]) is False
