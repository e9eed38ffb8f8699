"""Properties that hold for any expression: compared with a naive reading, and thrown at with nonsense."""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Callable
from typing import Any

import orjson
from hypothesis import assume, example, given
from hypothesis import strategies as st

from slipring.expressions import (
    compile_condition,
    compile_key_condition,
    compile_projection,
    compile_update,
    normalise_values,
)
from slipring.model.attribute_values import normalise_changed, normalise_item
from slipring.model.errors.tree import ValidationException
from slipring.model.sizes import item_bytes
from tests.expressions import reference
from tests.expressions.strategies import conditions, garbage, items, paths, updates


@given(conditions, items)
def test_a_condition_means_what_a_naive_reading_says(tree: Any, item: dict[str, Any]) -> None:
    """Printed, parsed, compiled, bound and evaluated: nothing of its meaning is lost on the way."""
    values: dict[str, Any] = {}
    text = reference.write(tree, values)
    condition = compile_condition(text, None)
    assert condition.values_used == values.keys()
    bound = condition.bind(values)
    before = copy.deepcopy((item, values))
    assert bound(item) == reference.evaluate(tree, item)
    assert bound(None) == reference.evaluate(tree, {})
    assert not bound(item) or all(trace in orjson.dumps(item) for trace in condition.traces(values))
    assert (item, values) == before


@given(conditions, items)
def test_names_through_placeholders_change_nothing(tree: Any, item: dict[str, Any]) -> None:
    values: dict[str, Any] = {}
    text = reference.write(tree, values)
    plain = compile_condition(text, None).bind(values)(item)
    marked = re.sub(r"(?<![\w:#])[abc](?!\w)", lambda match: f"#{match[0]}_", text)
    names = {f"#{name}_": name for name in "abc" if f"#{name}_" in marked}
    assert compile_condition(marked, names or None).bind(values)(item) == plain


@given(updates, items)
def test_an_update_does_what_a_naive_reading_says(actions: list[Any], item: dict[str, Any]) -> None:
    """Also that it refuses the same items, and never changes the old item or the values."""
    assume(not _overlap([path for _, path, _ in actions]))
    values: dict[str, Any] = {}
    update = compile_update(reference.write_update(actions, values), None).bind(values)
    before = copy.deepcopy((item, values))
    try:
        expected = reference.update(item, actions)
    except reference.Refused:
        expected = None
    try:
        result = update.apply(item, item)
    except ValidationException:
        assert expected is None
    else:
        assert result.item == expected
        normal = copy.deepcopy(result.item)
        size = normalise_item(normal)
        assert normal == result.item
        assert normalise_changed(result.item, item, item_bytes(item), update.attributes) == size
        touched = compile_projection(", ".join(reference.write_path(path) for _, path, _ in actions), None)
        assert result.updated_old() == touched.apply(item)
        assert result.updated_new() == touched.apply(result.item)
    assert (item, values) == before


def _overlap(chosen: list[reference.Path]) -> bool:
    """Whether two paths overlap or conflict, by comparing all pairs."""
    for number, first in enumerate(chosen):
        for second in chosen[:number]:
            for step, other in zip(first, second, strict=False):
                if step != other:
                    if type(step) is not type(other):
                        return True
                    break
            else:
                return True
    return False


@given(st.lists(paths, min_size=1, max_size=5))
def test_paths_are_refused_exactly_where_two_of_them_collide(chosen: list[reference.Path]) -> None:
    text = ", ".join(map(reference.write_path, chosen))
    try:
        compile_projection(text, None)
    except ValidationException as error:
        assert _overlap(chosen)
        assert "Two document paths" in error.message
    else:
        assert not _overlap(chosen)


@given(st.lists(paths, min_size=1, max_size=4), items)
def test_a_projection_keeps_what_is_there_and_nothing_else(chosen: list[reference.Path], item: dict[str, Any]) -> None:
    """Every scalar that is left stands under one of the paths, and every path that leads to one is there."""
    assume(not _overlap(chosen))
    kept = compile_projection(", ".join(map(reference.write_path, chosen)), None).apply(item)
    found = [value for value in (reference.find(item, path) for path in chosen) if value is not None]
    assert sorted(leaf for value in kept.values() for leaf in _leaves(value)) == sorted(
        leaf for value in found for leaf in _leaves(value)
    )


def _leaves(value: dict[str, Any]) -> list[str]:
    """All scalars, sets and empty lists and maps inside a value, sorted."""
    [(kind, content)] = value.items()
    inner = list(content.values()) if kind == "M" else content if kind == "L" else []
    return sorted(leaf for part in inner for leaf in _leaves(part)) if inner else [repr(value)]


COMPILERS: list[Callable[[str, dict[str, str] | None], Any]] = [
    compile_condition,
    compile_key_condition,
    compile_projection,
    compile_update,
]
NAMES = {"#a": "a", "#b": "b"}


@given(garbage, items, st.sampled_from([None, NAMES]), st.sampled_from([{"N": "1"}, {"S": "a"}, {"L": []}]))
@example("a" * 5000, {}, None, {"N": "1"})
@example("(" * 4000, {}, None, {"N": "1"})
@example("f(" * 2000, {}, None, {"N": "1"})
@example("a[" + "9" * 4000, {}, None, {"N": "1"})
def test_nonsense_raises_nothing_but_validation_errors(
    text: str, item: dict[str, Any], names: dict[str, str] | None, value: dict[str, Any]
) -> None:
    """A malformed expression is the client's mistake; anything else than ValidationException would be a 500."""
    values = {":v": value, ":w": {"N": "2"}}
    normalise_values(values)
    for compiler in COMPILERS:
        with contextlib.suppress(ValidationException):
            _use(compiler(text, names), values, item)


def _use(compiled: Any, values: dict[str, Any], item: dict[str, Any]) -> None:
    if compiled.parameter == "ProjectionExpression":
        compiled.apply(item)
    elif compiled.parameter == "UpdateExpression":
        compiled.bind(values).apply(item, item)
    elif compiled.parameter == "KeyConditionExpression":
        compiled.bind(values, ("a",), ("b",), {"a": "S", "b": "N"})
    else:
        compiled.bind(values)(item)
