"""Tables of a Terraform plan, or a state, as `terraform show -json` prints it.

Terraform's "JSON Output Format"; the AWS provider's page on aws_dynamodb_table. Blocks are lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipring.templates.desired import DesiredTable, Template, TemplateError, Unsupported
from slipring.templates.documents import DEPTH_MAX
from slipring.templates.parts import capacity, completed, key_schema, mapping, objects

_RECOVERY_DAYS_MAX = 35
_NOT_THERE = {
    "global_table_witness": "global tables are not there",
    "import_table": "imports are not there",
    "replica": "global tables are not there",
    "restore_backup_arn": "a table is made empty",
    "restore_source_name": "a table is made empty",
    "restore_source_table_arn": "a table is made empty",
}

Values = dict[str, Any]


def read(document: dict[str, Any]) -> Template:
    """Raises TemplateError."""
    values = mapping(document.get("planned_values") or document.get("values"), "planned_values")
    tables = []
    unsupported: list[Unsupported] = []
    for resource in _resources(mapping(values.get("root_module"), "root_module"), 0):
        kind, address = resource.get("type"), str(resource.get("address"))
        if kind == "aws_dynamodb_table" and resource.get("mode", "managed") == "managed":
            try:
                tables.append(_table(dict(mapping(resource.get("values"), "values")), address, unsupported))
            except TemplateError as error:
                raise TemplateError(f"{address}: {error}") from None
        elif str(kind).startswith("aws_dynamodb_") and resource.get("mode", "managed") == "managed":
            unsupported.append(Unsupported(address, f"{kind} is not supported"))
    return Template(tables, unsupported)


def _resources(module: Any, depth: int) -> Iterator[Values]:
    if depth > DEPTH_MAX:
        raise TemplateError("modules are nested too deeply")
    yield from objects(module.get("resources"), "resources")
    for child in objects(module.get("child_modules"), "child_modules"):
        yield from _resources(child, depth + 1)


def _table(values: Values, address: str, unsupported: list[Unsupported]) -> DesiredTable:
    unsupported += [Unsupported(f"{address}.{name}", why) for name, why in _NOT_THERE.items() if values.get(name)]
    definition: Values = {
        "TableName": values.get("name"),
        "AttributeDefinitions": [
            {"AttributeName": each.get("name"), "AttributeType": each.get("type")}
            for each in objects(values.get("attribute"), "attribute")
        ],
        "KeySchema": _schema(values),
        "BillingMode": values.get("billing_mode") or "PROVISIONED",
        "DeletionProtectionEnabled": bool(values.get("deletion_protection_enabled")),
        "TableClass": values.get("table_class") or "STANDARD",
        "LocalSecondaryIndexes": [
            _index(values, each) for each in objects(values.get("local_secondary_index"), "local_secondary_index")
        ],
        "GlobalSecondaryIndexes": [
            {**_index(values, each), **_throughput(each)}
            for each in objects(values.get("global_secondary_index"), "global_secondary_index")
        ],
        **_throughput(values),
    }
    if values.get("stream_enabled"):
        definition["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": values.get("stream_view_type")}
    encryption = _block(values, "server_side_encryption")
    if encryption.get("enabled"):
        key = encryption.get("kms_key_arn")
        definition["SSESpecification"] = {"Enabled": True, "SSEType": "KMS", **({"KMSMasterKeyId": key} if key else {})}
    life = _block(values, "ttl")
    recovery = _block(values, "point_in_time_recovery")
    tags = {**mapping(values.get("tags"), "tags"), **mapping(values.get("tags_all"), "tags_all")}
    return DesiredTable(
        completed(definition),
        tags={name: str(value) for name, value in tags.items()},
        time_to_live=str(life.get("attribute_name") or "") if life.get("enabled") else "",
        recovery_days=(recovery.get("recovery_period_in_days") or _RECOVERY_DAYS_MAX) if recovery.get("enabled") else 0,
    )


def _index(table: Values, index: Values) -> Values:
    """A local index has the table's partition key."""
    kind = index.get("projection_type")
    projection: Values = {"ProjectionType": kind}
    if kind == "INCLUDE":
        projection["NonKeyAttributes"] = index.get("non_key_attributes") or []
    if not index.get("hash_key"):
        index = {**index, "hash_key": table.get("hash_key")}
    return {"IndexName": index.get("name"), "KeySchema": _schema(index), "Projection": projection}


def _schema(values: Values) -> list[dict[str, str]]:
    blocks = objects(values.get("key_schema"), "key_schema")
    if blocks:
        return [
            {"AttributeName": each.get("attribute_name", ""), "KeyType": each.get("key_type", "")} for each in blocks
        ]
    return key_schema(str(values[role]) for role in ("hash_key", "range_key") if values.get(role))


def _throughput(values: Values) -> Values:
    """Zeros stand where the other billing mode holds."""
    found: Values = {}
    if values.get("read_capacity") or values.get("write_capacity"):
        units = capacity(values.get("read_capacity") or 1, values.get("write_capacity") or 1)
        found["ProvisionedThroughput"] = units
    maximum = _block(values, "on_demand_throughput")
    maxima = {
        "MaxReadRequestUnits": maximum.get("max_read_request_units"),
        "MaxWriteRequestUnits": maximum.get("max_write_request_units"),
    }
    set_maxima = {name: units for name, units in maxima.items() if units and units > 0}
    if set_maxima:
        found["OnDemandThroughput"] = set_maxima
    warm = _block(values, "warm_throughput")
    if warm:
        found["WarmThroughput"] = {
            "ReadUnitsPerSecond": warm.get("read_units_per_second"),
            "WriteUnitsPerSecond": warm.get("write_units_per_second"),
        }
    return found


def _block(values: Values, name: str) -> Values:
    """A block that stands once at the most."""
    return next(iter(objects(values.get(name), name)), {})
