"""Parts of definitions in words, for people who decide whether a change is what they want."""

from __future__ import annotations

from slipring.templates.desired import Definition


def key_words(definition: Definition) -> str:
    """The attributes of the key: `artist (S), song (S)`."""
    types = {each["AttributeName"]: each["AttributeType"] for each in definition["AttributeDefinitions"]}
    names = [element["AttributeName"] for element in definition["KeySchema"]]
    return ", ".join(f"{name} ({types.get(name, '?')})" for name in names)


def capacity_words(definition: Definition) -> str:
    """How it is paid for."""
    if definition["BillingMode"] == "PAY_PER_REQUEST":
        return "on demand"
    return units_words(definition.get("ProvisionedThroughput", {}))


def units_words(capacity: Definition) -> str:
    """How many units it has."""
    return f"{capacity.get('ReadCapacityUnits')} read and {capacity.get('WriteCapacityUnits')} write units"
