"""Short ways to compile, bind and plan a statement in tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pytest

from slipring.model.attribute_values import AttributeValue
from slipring.model.errors.tree import ValidationException
from slipring.partiql import Read, Select, Statement, compile_statement, plan_read
from tests.partiql.schemas import COMPOSITE, Schema

S = TypeVar("S", bound=Statement)


def bound(kind: type[S], text: str, *parameters: AttributeValue) -> S:
    """The statement, which must be of that kind."""
    statement = compile_statement(text).bind(list(parameters))
    assert isinstance(statement, kind)
    return statement


def read_of(where: str, schema: Schema = COMPOSITE, parameters: Sequence[AttributeValue] = ()) -> Read:
    """The plan of SELECT * with that condition."""
    return plan_read(bound(Select, f"SELECT * FROM t WHERE {where}", *parameters), schema)


def refusal(text: str, *parameters: AttributeValue) -> str:
    """What is said of a statement that is wrong whatever its table."""
    with pytest.raises(ValidationException) as refused:
        compile_statement(text).bind(list(parameters))
    return refused.value.message


def column(text: str, token: str, after: str = "") -> int:
    """Where a token stands in a statement of one line, counted from 1; the first one behind `after`."""
    return text.index(token, text.index(after)) + 1
