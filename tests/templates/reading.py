"""Templates read from text, as tests write them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipring.templates import formats
from slipring.templates.desired import DesiredTable, Inputs, Template, TemplateError

KEY = """
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
"""


def with_table(properties: str = "", sections: str = "") -> str:
    """A template in YAML with the table Orders, whose properties are indented by six."""
    return f"{sections}\nResources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties:{KEY}{properties}"


def read(template: str | Any, **inputs: Any) -> Template:
    return formats.read(template if isinstance(template, str) else json.dumps(template), Inputs(**inputs))


def only_table(template: str | Any, **inputs: Any) -> DesiredTable:
    """The one table of a template of which everything is supported."""
    found = read(template, **inputs)
    assert list(map(str, found.unsupported)) == []
    (table,) = found.tables
    return table


def refusal(template: str | Any, **inputs: Any) -> str:
    """Why a template cannot be read."""
    with pytest.raises(TemplateError) as raised:
        read(template, **inputs)
    assert "\n" not in str(raised.value)
    return str(raised.value)
