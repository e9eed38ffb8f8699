"""Hypothesis strategies for expressions, and for items on which they have something to find.

Names and values come from small pools, so that paths lead somewhere and comparisons come out both ways. Conditions
and updates are the trees of `reference`; what the service refuses without looking at an item is not generated.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.expressions.reference import Path

_NAMES = ["a", "b", "c"]
_TEXTS = ["", "a", "ab", "b", "é", "𝄞", "1"]
_NUMBERS = ["-2", "0", "0.5", "1", "2", "10", "25"]
_BINARIES = ["", "AA==", "AQ==", "AQI=", "/w=="]

strings = st.sampled_from(_TEXTS).map(lambda text: {"S": text})
numbers = st.sampled_from(_NUMBERS).map(lambda number: {"N": number})
binaries = st.sampled_from(_BINARIES).map(lambda text: {"B": text})
ordered_values = st.one_of(strings, numbers, binaries)
sets = st.one_of(
    st.sets(st.sampled_from(_TEXTS), min_size=1, max_size=3).map(lambda members: {"SS": sorted(members)}),
    st.sets(st.sampled_from(_NUMBERS), min_size=1, max_size=3).map(lambda members: {"NS": sorted(members, key=float)}),
    st.sets(st.sampled_from(_BINARIES[:4]), min_size=1, max_size=3).map(
        lambda members: {"BS": [binary for binary in _BINARIES if binary in members]}
    ),
)
scalars = st.one_of(ordered_values, sets, st.just({"NULL": True}), st.booleans().map(lambda truth: {"BOOL": truth}))
values: st.SearchStrategy[dict[str, Any]] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda elements: {"L": elements}),
        st.dictionaries(st.sampled_from(_NAMES), inner, max_size=3).map(lambda members: {"M": members}),
    ),
    max_leaves=8,
)
items: st.SearchStrategy[dict[str, Any]] = st.dictionaries(st.sampled_from(_NAMES), values, max_size=3)
paths: st.SearchStrategy[Path] = st.tuples(
    st.sampled_from(_NAMES),
    st.lists(st.one_of(st.sampled_from(_NAMES), st.integers(0, 3)), max_size=2),
).map(lambda parts: (parts[0], *parts[1]))

path_operands = paths.map(lambda path: ("path", path))
value_operands = values.map(lambda value: ("value", value))


def _size(operands: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return operands.map(lambda operand: ("size", operand))


sized_values = st.one_of(strings, binaries, sets).map(lambda value: ("value", value))
sizes = _size(st.one_of(path_operands, sized_values))
operands = st.one_of(path_operands, value_operands, sizes)
ordered_operands = st.one_of(path_operands, ordered_values.map(lambda value: ("value", value)), sizes)
_text_operands = st.one_of(path_operands, st.one_of(strings, binaries).map(lambda value: ("value", value)))
_containers = st.one_of(path_operands, st.one_of(strings, binaries, sets).map(lambda value: ("value", value)))
_type_names = st.sampled_from(["S", "N", "B", "SS", "NS", "BS", "L", "M", "NULL", "BOOL"]).map(
    lambda name: ("value", {"S": name})
)
_between = st.one_of(
    st.tuples(st.just("BETWEEN"), ordered_operands, path_operands, ordered_operands),
    st.tuples(ordered_operands, st.sampled_from([_TEXTS[1:4], _NUMBERS[1:5]]), st.integers(0, 2)).map(
        lambda drawn: (
            "BETWEEN",
            drawn[0],
            *[("value", {"N" if "0" in drawn[1] else "S": drawn[1][index]}) for index in (0, drawn[2])],
        )
    ),
)


def _distinct(node: Any) -> bool:
    """A first operand that is a path must not come again."""
    first, *others = node[1:]
    return first[0] != "path" or first not in others


comparisons = st.one_of(
    st.tuples(st.sampled_from(["=", "<>"]), operands, operands),
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), ordered_operands, ordered_operands),
    _between,
    st.tuples(operands, st.lists(operands, min_size=1, max_size=4)).map(lambda drawn: ("IN", drawn[0], *drawn[1])),
    st.tuples(st.sampled_from(["attribute_exists", "attribute_not_exists"]), path_operands),
    st.tuples(st.just("attribute_type"), path_operands, _type_names),
    st.tuples(st.just("begins_with"), _text_operands, _text_operands),
    st.tuples(st.just("contains"), _containers, operands),
).filter(_distinct)

conditions: st.SearchStrategy[Any] = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        inner.map(lambda part: ("NOT", part)),
        st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)).map(
            lambda drawn: (drawn[0], *drawn[1])
        ),
    ),
    max_leaves=6,
)


# Updates

_lists = st.lists(scalars, max_size=2).map(lambda elements: ("value", {"L": elements}))
_list_operands = st.recursive(
    st.one_of(path_operands, _lists),
    lambda inner: st.one_of(
        st.tuples(st.just("list_append"), inner, inner), st.tuples(st.just("if_not_exists"), path_operands, inner)
    ),
    max_leaves=3,
)
_number_values = numbers.map(lambda value: ("value", value))
_number_operands = st.one_of(
    path_operands, _number_values, st.tuples(st.just("if_not_exists"), path_operands, _number_values)
)
_set_operands = st.one_of(
    value_operands,
    path_operands,
    st.tuples(st.just("if_not_exists"), path_operands, value_operands),
    st.tuples(st.just("list_append"), _list_operands, _list_operands),
    st.tuples(st.sampled_from("+-"), _number_operands, _number_operands),
)
actions = st.one_of(
    st.tuples(st.just("SET"), paths, _set_operands),
    st.tuples(st.just("REMOVE"), paths, st.none()),
    st.tuples(st.just("ADD"), paths, st.one_of(numbers, sets).map(lambda value: ("value", value))),
    st.tuples(st.just("DELETE"), paths, sets.map(lambda value: ("value", value))),
)
updates: st.SearchStrategy[list[Any]] = st.lists(actions, min_size=1, max_size=4)


# Text that is no expression, or only nearly one

_WORDS = [
    *_NAMES,
    *["#a", "#b", "#", ":v", ":w", ":", "status", "size", "contains", "begins_with", "attribute_exists", "foo"],
    *["if_not_exists", "list_append", "AND", "or", "NOT", "between", "IN", "SET", "remove", "ADD", "DELETE"],
    *["=", "<>", "<", "<=", ">", ">=", "+", "-", "(", ")", "(", ")", "[", "]", "[0]", "[1]", ".", ",", "7", "_", "é"],
]
garbage = st.one_of(
    st.lists(st.sampled_from(_WORDS), max_size=14).map(" ".join),
    st.lists(st.sampled_from(_WORDS), max_size=14).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
