"""A table with a local and several global indexes, for items with random keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.definitions import defined, index, projection


@pytest.fixture(scope="session")
def indexed_table(make_table: Callable[..., str]) -> str:
    """`pk` and `sk` are the key. Local indexes sort by `l`; global ones go by `g`, or by `h` and then `r`. Each name
    ends with what the index projects; `some` means the attribute `x` beside the keys."""
    return make_table(
        ("pk", "S"),
        ("sk", "S"),
        AttributeDefinitions=defined("l", "g", "h:N", "r:B"),
        LocalSecondaryIndexes=[
            index("local-all", "pk", "l"),
            index("local-keys", "pk", "l", projection("KEYS_ONLY")),
        ],
        GlobalSecondaryIndexes=[
            index("global-all", "g"),
            index("global-keys", "g", "", projection("KEYS_ONLY")),
            index("global-some", "g", "", projection("INCLUDE", "x")),
            index("sorted-all", "h", "r"),
        ],
    )
