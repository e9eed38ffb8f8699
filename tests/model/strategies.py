"""Hypothesis strategies for DynamoDB's values, and the few helpers the model's tests share."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Any number DynamoDB can hold, written in any way it accepts."""
    digits = draw(st.text("0123456789", min_size=1, max_size=38))
    significant = digits.lstrip("0")
    sign = draw(st.sampled_from(["", "-", "+"]))
    if not significant:
        return sign + digits
    # The exponent of the first significant digit is between -130 and 125.
    exponent = draw(st.integers(-130 - len(significant) + 1, 125 - len(significant) + 1))
    notation = draw(st.sampled_from(["exponent", "point", "plain"]))
    if notation == "point" and len(digits) > 1:
        point = draw(st.integers(0, len(digits)))
        return f"{sign}{digits[:point]}.{digits[point:]}E{exponent + len(digits) - point}"
    if notation == "plain":
        return sign + plain(digits, exponent)
    return f"{sign}{digits}e{exponent:+d}"


def plain(digits: str, exponent: int) -> str:
    """digits × 10**exponent without an exponent."""
    if exponent >= 0:
        return digits + "0" * exponent
    padded = digits.rjust(1 - exponent, "0")
    return f"{padded[:exponent]}.{padded[exponent:]}"


# Lone surrogates can't be written in UTF-8, so no request holds one.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
binaries = st.binary(max_size=12).map(lambda raw: base64.b64encode(raw).decode())


def _sets(kind: str, members: st.SearchStrategy[str], unique_by: Any = None) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(members, min_size=1, max_size=4, unique_by=unique_by or (lambda member: member)).map(
        lambda chosen: {kind: chosen}
    )


def _tagged(kind: str, contents: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return contents.map(lambda content: {kind: content})


scalars = st.one_of(
    _tagged("S", texts),
    _tagged("N", numbers()),
    _tagged("B", binaries),
    _tagged("BOOL", st.booleans()),
    st.just({"NULL": True}),
    _sets("SS", texts),
    _sets("NS", numbers(), unique_by=Decimal),
    _sets("BS", binaries),
)

values: st.SearchStrategy[dict[str, Any]] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        _tagged("L", st.lists(inner, max_size=3)), _tagged("M", st.dictionaries(names, inner, max_size=3))
    ),
    max_leaves=8,
)
items: st.SearchStrategy[dict[str, dict[str, Any]]] = st.dictionaries(names, values, max_size=5)
