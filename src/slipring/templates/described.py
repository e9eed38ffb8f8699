"""What DescribeTable tells of a table, back to what CreateTable takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slipring.templates.desired import Definition, DesiredTable, Template
from slipring.templates.parts import completed, objects

_KEYS_OF_AWS = "alias/aws/dynamodb"
_NO_MAXIMUM = -1
_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")


def read(descriptions: Iterable[dict[str, Any]]) -> Template:
    """Tags, time to live, recovery and policies are told by other operations, so nothing is said of them. Raises
    TemplateError."""
    return Template([DesiredTable(completed(definition_of(each))) for each in descriptions])


def definition_of(description: dict[str, Any]) -> Definition:
    """The parameters by which CreateTable would make such a table."""
    is_provisioned = description.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED") == "PROVISIONED"
    found: Definition = {
        "TableName": description.get("TableName"),
        "AttributeDefinitions": description.get("AttributeDefinitions"),
        "KeySchema": description.get("KeySchema"),
        "BillingMode": "PROVISIONED" if is_provisioned else "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": description.get("DeletionProtectionEnabled", False),
        "TableClass": description.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        **_throughput(description, is_provisioned),
    }
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        found[member] = [
            {
                **{name: index.get(name) for name in ("IndexName", "KeySchema", "Projection")},
                **(_throughput(index, is_provisioned) if member.startswith("Global") else {}),
            }
            for index in objects(description.get(member), member)
        ]
    stream = description.get("StreamSpecification", {})
    if stream.get("StreamEnabled"):
        found["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream.get("StreamViewType")}
    encryption = description.get("SSEDescription", {})
    if encryption.get("Status") == "ENABLED":
        key = encryption.get("KMSMasterKeyArn", "")
        more = {} if not key or key.endswith(_KEYS_OF_AWS) else {"KMSMasterKeyId": key}
        found["SSESpecification"] = {"Enabled": True, "SSEType": "KMS", **more}
    return {name: value for name, value in found.items() if value is not None and value != []}


def _throughput(described: dict[str, Any], is_provisioned: bool) -> Definition:
    if is_provisioned:
        capacity = described.get("ProvisionedThroughput", {})
        return {"ProvisionedThroughput": {unit: capacity.get(unit, 1) for unit in _UNITS}}
    maxima = {name: units for name, units in described.get("OnDemandThroughput", {}).items() if units != _NO_MAXIMUM}
    return {"OnDemandThroughput": maxima} if maxima else {}
