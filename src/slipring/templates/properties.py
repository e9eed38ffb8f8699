"""Properties of CloudFormation's resource types, as CreateTable and its kin want them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from slipring.templates.desired import DesiredTable, Inputs, TemplateError
from slipring.templates.parts import capacity, completed, key_schema, mapping, objects, typed

ESSENTIAL = ("AttributeDefinitions", "KeySchema", "TableName", "PrimaryKey", "Replicas")
"""Without these there is no table to speak of."""
RECOVERY_DAYS_MAX = 35

_AS_THEY_ARE = (
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "KeySchema",
    "LocalSecondaryIndexes",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "TableClass",
    "TableName",
    "WarmThroughput",
)
_INDEX_MEMBERS = (
    "IndexName",
    "KeySchema",
    "OnDemandThroughput",
    "Projection",
    "ProvisionedThroughput",
    "WarmThroughput",
)
_REPLICA_INDEX_MEMBERS = ("IndexName", "ReadOnDemandThroughputSettings", "ReadProvisionedThroughputSettings")
_REPLICA_NAMES = {"ReplicaStreamSpecification": "StreamSpecification"}
"""What replicas have under another name than tables."""
_TABLE_PROPERTIES = frozenset(
    (
        *_AS_THEY_ARE,
        "GlobalSecondaryIndexes",
        "PointInTimeRecoverySpecification",
        "ResourcePolicy",
        "SSESpecification",
        "StreamSpecification",
        "Tags",
        "TimeToLiveSpecification",
    )
)
_NOT_THERE = "is not there in Slipring"
_INSIGHTS = "ContributorInsightsSpecification"
_SIMPLE_TYPES = {"String": "S", "Number": "N", "Binary": "B"}

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """A resource's table, and the properties that are not supported, with why."""

    table: DesiredTable
    unsupported: list[tuple[str, str]] = field(default_factory=list)


def table(values: Values, inputs: Inputs) -> Read:
    """AWS::DynamoDB::Table. Raises TemplateError."""
    values = typed(values)
    unsupported = _not_there(values, _TABLE_PROPERTIES)
    definition = {name: values[name] for name in _AS_THEY_ARE if name in values}
    definition["GlobalSecondaryIndexes"] = _indexes(values.get("GlobalSecondaryIndexes"), unsupported)
    definition["SSESpecification"] = _encryption(values.get("SSESpecification"))
    stream = mapping(values.get("StreamSpecification"), "StreamSpecification")
    definition["StreamSpecification"] = _stream(stream)
    wanted = DesiredTable(
        completed(definition),
        tags=_tags(values.get("Tags")),
        time_to_live=_time_to_live(values.get("TimeToLiveSpecification")),
        recovery_days=_recovery_days(values.get("PointInTimeRecoverySpecification")),
        policy=_policy(values),
        stream_policy=_policy(stream),
    )
    return Read(wanted, unsupported)


def global_table(values: Values, inputs: Inputs) -> Read:
    """AWS::DynamoDB::GlobalTable, of which the replica in this region is made. Raises TemplateError."""
    values = typed(values)
    replicas = objects(values.pop("Replicas", None), "Replicas")
    if not replicas:
        raise TemplateError("Replicas is missing")
    here = next((each for each in replicas if each.get("Region") == inputs.region), replicas[0])
    unsupported = [
        ("Replicas", f"the replica in {each.get('Region')} is left out") for each in replicas if each is not here
    ]
    _read_capacities(values, here, unsupported)
    for given, value in here.items():
        if given not in ("Region", "GlobalSecondaryIndexes") and not given.startswith("Read"):
            name = _REPLICA_NAMES.get(given, given)
            is_object = isinstance(value, dict)
            values[name] = {**mapping(values.get(name), name), **value} if is_object else value
    for index in objects(here.get("GlobalSecondaryIndexes"), "Replicas.GlobalSecondaryIndexes"):
        unsupported += _index_not_there(index, _REPLICA_INDEX_MEMBERS)
    made = table(values, inputs)
    return Read(made.table, [*unsupported, *made.unsupported])


def _read_capacities(values: Values, replica: Values, unsupported: list[tuple[str, str]]) -> None:
    """Writing is settled for all replicas, reading for each."""
    readers = {each.get("IndexName"): each for each in objects(replica.get("GlobalSecondaryIndexes"), "Replicas")}
    for each, reads in [
        (values, replica),
        *[
            (index, readers.get(index.get("IndexName"), {}))
            for index in objects(values.get("GlobalSecondaryIndexes"), "GlobalSecondaryIndexes")
        ],
    ]:
        write = mapping(each.pop("WriteProvisionedThroughputSettings", None), "WriteProvisionedThroughputSettings")
        read = mapping(reads.get("ReadProvisionedThroughputSettings"), "ReadProvisionedThroughputSettings")
        maximum = {
            **mapping(each.pop("WriteOnDemandThroughputSettings", None), "WriteOnDemandThroughputSettings"),
            **mapping(reads.get("ReadOnDemandThroughputSettings"), "ReadOnDemandThroughputSettings"),
        }
        if maximum:
            each["OnDemandThroughput"] = maximum
        if write or read:
            units = [_units(read, "Read", unsupported), _units(write, "Write", unsupported)]
            each["ProvisionedThroughput"] = capacity(*units)


def _units(settings: Any, kind: str, unsupported: list[tuple[str, str]]) -> Any:
    """Where capacity would scale by itself, the least that there is to be."""
    scaling = settings.get(f"{kind}CapacityAutoScalingSettings")
    if not isinstance(scaling, dict):
        return settings.get(f"{kind}CapacityUnits", 1)
    unsupported.append((f"{kind}CapacityAutoScalingSettings", "capacity does not scale by itself"))
    return scaling.get("SeedCapacity", scaling.get("MinCapacity", 1))


def simple_table(values: Values, inputs: Inputs) -> Read:
    """AWS::Serverless::SimpleTable. Raises TemplateError."""
    key = mapping(values.pop("PrimaryKey", None), "PrimaryKey")
    name, kind = key.get("Name", "id"), key.get("Type", "String")
    if kind not in _SIMPLE_TYPES:
        raise TemplateError(f"PrimaryKey: there is no type {kind}")
    tags = values.pop("Tags", None)
    made: Values = {
        **values,
        "KeySchema": key_schema([str(name)]),
        "AttributeDefinitions": [{"AttributeName": str(name), "AttributeType": _SIMPLE_TYPES[kind]}],
        "BillingMode": "PROVISIONED" if "ProvisionedThroughput" in values else "PAY_PER_REQUEST",
    }
    if tags is not None:
        made["Tags"] = [{"Key": key, "Value": value} for key, value in mapping(tags, "Tags").items()]
    return table(made, inputs)


def _not_there(values: Values, known: Collection[str], where: str = "") -> list[tuple[str, str]]:
    """The properties that are not supported. Contributor insights that are to be off are off."""
    return [
        (f"{where}{name}", _NOT_THERE)
        for name, value in values.items()
        if name not in known and not (name == _INSIGHTS and not mapping(value, name).get("Enabled"))
    ]


def _indexes(given: Any, unsupported: list[tuple[str, str]]) -> list[Values]:
    found = []
    for index in objects(given, "GlobalSecondaryIndexes"):
        unsupported += _index_not_there(index, _INDEX_MEMBERS)
        found.append({name: index[name] for name in _INDEX_MEMBERS if name in index})
    return found


def _index_not_there(index: Values, known: Collection[str]) -> list[tuple[str, str]]:
    return _not_there(index, known, f"GlobalSecondaryIndexes.{index.get('IndexName')}.")


def _encryption(given: Any) -> Values | None:
    settings = mapping(given, "SSESpecification")
    if not settings.get("SSEEnabled"):
        return None
    more = {name: settings[name] for name in ("SSEType", "KMSMasterKeyId") if name in settings}
    return {"Enabled": True, "SSEType": "KMS", **more}


def _stream(settings: Mapping[str, Any]) -> Values | None:
    if "StreamViewType" not in settings:
        return None
    return {"StreamEnabled": True, "StreamViewType": settings["StreamViewType"]}


def _policy(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    """The policy of a table's or a stream's properties; empty where there is none."""
    return mapping(mapping(holder.get("ResourcePolicy"), "ResourcePolicy").get("PolicyDocument"), "ResourcePolicy")


def _time_to_live(given: Any) -> str:
    settings = mapping(given, "TimeToLiveSpecification")
    if not settings.get("Enabled"):
        return ""
    if not settings.get("AttributeName"):
        raise TemplateError("TimeToLiveSpecification: AttributeName is missing")
    return str(settings["AttributeName"])


def _recovery_days(given: Any) -> int:
    settings = mapping(given, "PointInTimeRecoverySpecification")
    if not settings.get("PointInTimeRecoveryEnabled"):
        return 0
    days: int = settings.get("RecoveryPeriodInDays", RECOVERY_DAYS_MAX)
    return days


def _tags(given: Any) -> dict[str, str] | None:
    if given is None:
        return None
    tags = objects(given, "Tags")
    if not all("Key" in tag and "Value" in tag for tag in tags):
        raise TemplateError("Tags: a tag has a Key and a Value")
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags}
