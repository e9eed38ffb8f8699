"""Tables of a model of NoSQL Workbench.

Its sample data and facets are no part of the tables. Developer Guide, "Exporting a data model"."""

from __future__ import annotations

from typing import Any

from slipring.templates.desired import DesiredTable, Template, TemplateError, Unsupported
from slipring.templates.parts import capacity, completed, key_schema, mapping, objects


def read(model: dict[str, Any]) -> Template:
    """Raises TemplateError."""
    unsupported: list[Unsupported] = []
    tables = [_table(each, unsupported) for each in objects(model["DataModel"], "DataModel")]
    return Template(tables, unsupported)


def _table(model: dict[str, Any], unsupported: list[Unsupported]) -> DesiredTable:
    name = str(model.get("TableName"))
    types: dict[str, str] = {}
    try:
        mode = model.get("BillingMode", "PAY_PER_REQUEST")
        settings = mapping(model.get("ProvisionedCapacitySettings"), "ProvisionedCapacitySettings")
        if mode == "PROVISIONED" and any(name.startswith("AutoScaling") for name in settings):
            unsupported.append(Unsupported(f"{name}.ProvisionedCapacitySettings", "capacity does not scale by itself"))
        units = mapping(settings.get("ProvisionedThroughput"), "ProvisionedThroughput")
        throughput = capacity(units.get("ReadCapacityUnits", 1), units.get("WriteCapacityUnits", 1))
        definition: dict[str, Any] = {
            "TableName": model.get("TableName"),
            "BillingMode": mode,
            "ProvisionedThroughput": throughput,
            "KeySchema": _schema(model, types),
        }
        for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
            definition[member] = [
                {
                    "IndexName": index.get("IndexName"),
                    "KeySchema": _schema(index, types),
                    "Projection": _projection(index),
                    "ProvisionedThroughput": throughput if member.startswith("Global") else None,
                }
                for index in objects(model.get(member), member)
            ]
        for index in definition["LocalSecondaryIndexes"]:
            del index["ProvisionedThroughput"]
        definition["AttributeDefinitions"] = [
            {"AttributeName": attribute, "AttributeType": kind} for attribute, kind in types.items()
        ]
        return DesiredTable(completed(definition))
    except TemplateError as error:
        raise TemplateError(f"{name}: {error}") from None


def _schema(model: dict[str, Any], types: dict[str, str]) -> list[dict[str, str]]:
    """The keys; their types are added to those of the table."""
    keys = mapping(model.get("KeyAttributes"), "KeyAttributes")
    names = []
    for role in ("PartitionKey", "SortKey"):
        if role in keys:
            attribute = mapping(keys[role], role)
            if not attribute.get("AttributeName") or not attribute.get("AttributeType"):
                raise TemplateError(f"{role} has an AttributeName and an AttributeType")
            names.append(str(attribute["AttributeName"]))
            types[names[-1]] = str(attribute["AttributeType"])
    if not names:
        raise TemplateError("KeyAttributes is missing")
    return key_schema(names)


def _projection(index: dict[str, Any]) -> dict[str, Any]:
    given = mapping(index.get("Projection"), "Projection")
    kind = given.get("ProjectionType", "ALL")
    return {"ProjectionType": kind, **({"NonKeyAttributes": given["NonKeyAttributes"]} if kind == "INCLUDE" else {})}
