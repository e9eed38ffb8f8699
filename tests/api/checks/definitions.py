"""CreateTable and UpdateTable."""

from __future__ import annotations

from typing import Any

from tests.api.checks.table import (
    ABSENT,
    INVALID,
    MODEL,
    NOT_NULL,
    OURS,
    OWN,
    REPORT,
    SEEN,
    Check,
    Operation,
    Request,
    Spoil,
    Stage,
    broken,
    constraint,
    json_stage,
)
from tests.api.definitions import defined, index, key_schema, projection, units

TABLE_NAME = Stage(
    "TableName: there, then well formed",
    [
        Check(
            "validation.parameter_required",
            {"TableName": ABSENT},
            "The parameter 'TableName' is required but was not present in the request",
            SEEN,
        ),
        Check(
            "validation.empty_table_name",
            {"TableName": ""},
            broken(
                constraint("", "tableName", "Member must have length greater than or equal to 3"),
                constraint("", "tableName", "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
            ),
            SEEN,
        ),
        Check(
            "validation.at_least",
            {"TableName": "ab"},
            broken(constraint("ab", "tableName", "Member must have length greater than or equal to 3")),
            SEEN,
        ),
    ],
)
UNSUPPORTED = " is not supported by Slipring; see docs/differences.md"
SCHEMA = {"AttributeDefinitions": defined("pk", "sk", "a"), "KeySchema": key_schema("pk", "sk")}
PROVISIONED = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units(5, 5)}
INITIAL = (
    "is lower than initial throughput for OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/latest/"
    "developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
)


def schema(constructor: str, message: str, **spoil: Any) -> Check:
    return Check(f"tables.{constructor}", spoil, message, SEEN)


def global_indexes(*indexes: Any) -> Request:
    return {"GlobalSecondaryIndexes": list(indexes), "LocalSecondaryIndexes": ABSENT}


def local_indexes(*indexes: Any) -> Request:
    return {"LocalSecondaryIndexes": list(indexes), "GlobalSecondaryIndexes": ABSENT}


def indexed(constructor: str, spoil: Spoil, message: str, source: str = SEEN) -> Check:
    return Check(f"indexes.{constructor}", spoil, message, source)


ENCRYPTION = Stage(
    "SSESpecification",
    [
        Check(
            "tables.encryption_detail_refused",
            {"SSESpecification": {"Enabled": False, "SSEType": "KMS"}},
            INVALID + "SSEType can not be specified if Enabled is false",
            REPORT,
        ),
        Check(
            "tables.encryption_type_refused",
            {"SSESpecification": {"Enabled": True, "SSEType": "AES256"}},
            INVALID + "SSEType AES256 is not supported",
            REPORT,
        ),
        Check(
            "tables.encryption_type_missing",
            {"SSESpecification": {"Enabled": True, "KMSMasterKeyId": "k"}},
            INVALID + "SSEType KMS is required if KMSMasterKeyId is specified",
            REPORT,
        ),
    ],
)
STREAM = Stage(
    "StreamSpecification",
    [
        Check(
            "streams.view_type_missing",
            {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": ABSENT}},
            INVALID + "StreamViewType must be specified when StreamEnabled is true",
            SEEN,
        ),
        Check(
            "streams.view_type_refused",
            {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "NEW_IMAGE"}},
            INVALID + "StreamViewType must not be specified when StreamEnabled is false",
            OURS,
        ),
    ],
)
GLOBAL = index("global", "a")
PROJECTIONS: list[tuple[str, Any, str]] = [
    ("projection_type_unknown", {}, "Unknown ProjectionType: null"),
    (
        "non_key_attributes_missing",
        projection("INCLUDE"),
        "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
    ),
    ("non_key_attributes_refused", projection("ALL", "x"), "ProjectionType is ALL, but NonKeyAttributes is specified"),
    (
        "non_key_attribute_repeated",
        projection("INCLUDE", "x", "x"),
        "Duplicate element in NonKeyAttributes: x",
    ),
]
WIDE = [f"x{number}" for number in range(20)]

CREATE_TABLE = Operation(
    "CreateTable",
    {"TableName": "created", "BillingMode": "PAY_PER_REQUEST", **SCHEMA, "GlobalSecondaryIndexes": [GLOBAL]},
    [
        Stage(json_stage().title, json_stage("BillingMode").checks),
        TABLE_NAME,
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check(
                    "validation.one_of",
                    {"BillingMode": "BOGUS"},
                    broken(
                        constraint(
                            "BOGUS",
                            "billingMode",
                            "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
                        )
                    ),
                    SEEN,
                ),
                Check(
                    "validation.constraints_failed",
                    {"TableClass": "BOGUS", "SSESpecification": {"SSEType": "BOGUS"}},
                    broken(
                        constraint(
                            "BOGUS", "sSESpecification.sSEType", "Member must satisfy enum value set: [AES256, KMS]"
                        ),
                        constraint(
                            "BOGUS",
                            "tableClass",
                            "Member must satisfy enum value set: [STANDARD_INFREQUENT_ACCESS, STANDARD]",
                        ),
                    ),
                    MODEL,
                ),
            ],
        ),
        Stage(
            "What is not there yet",
            [
                Check(
                    "tables.member_not_supported",
                    {"GlobalTableSettingsReplicationMode": "ENABLED"},
                    "GlobalTableSettingsReplicationMode" + UNSUPPORTED,
                    OWN,
                )
            ],
        ),
        Stage(
            "AttributeDefinitions and KeySchema are there",
            [
                Check(
                    "validation.failure",
                    {"KeySchema": ABSENT},
                    broken(constraint(None, "keySchema", NOT_NULL)),
                    SEEN,
                )
            ],
        ),
        STREAM,
        Stage(
            "AttributeDefinitions",
            [
                schema(
                    "attribute_defined_twice",
                    "Attribute Name is duplicated: pk",
                    AttributeDefinitions=defined("pk", "sk", "a", "pk:N"),
                )
            ],
        ),
        Stage(
            "The table's KeySchema",
            [
                schema(
                    "first_key_element_is_not_hash",
                    "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
                    KeySchema=key_schema("", "pk"),
                ),
                schema(
                    "second_key_element_is_not_range",
                    "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
                    KeySchema=key_schema("pk sk"),
                ),
                schema(
                    "key_attribute_undefined",
                    "Invalid KeySchema: Some index key attribute have no definition",
                    KeySchema=key_schema("pk", "sk"),
                    AttributeDefinitions=defined("pk"),
                ),
                schema(
                    "key_attributes_undefined",
                    INVALID + "Some index key attributes are not defined in AttributeDefinitions. Keys: [pk, x], "
                    "AttributeDefinitions: [pk, sk, a]",
                    KeySchema=key_schema("pk", "x"),
                    AttributeDefinitions=defined("pk", "sk", "a"),
                ),
                schema(
                    "hash_and_range_key_are_the_same",
                    "Both the Hash Key and the Range Key element in the KeySchema have the same name",
                    KeySchema=key_schema("pk", "pk"),
                ),
            ],
        ),
        Stage(
            "Lists of indexes are not empty",
            [
                indexed(
                    "list_empty",
                    {"GlobalSecondaryIndexes": []},
                    INVALID + "List of GlobalSecondaryIndexes is empty",
                )
            ],
        ),
        Stage(
            "Keys of indexes are defined, and every definition is a key",
            [
                Check(
                    "tables.key_attributes_undefined",
                    global_indexes(index("global", "x")),
                    INVALID + "Some index key attributes are not defined in AttributeDefinitions. Keys: [x], "
                    "AttributeDefinitions: [pk, sk, a]",
                    SEEN,
                ),
                Check(
                    "tables.definitions_unused",
                    {
                        "AttributeDefinitions": defined("pk", "sk", "a", "x"),
                        "GlobalSecondaryIndexes": [GLOBAL],
                        "LocalSecondaryIndexes": ABSENT,
                    },
                    INVALID
                    + "Some AttributeDefinitions are not used. AttributeDefinitions: [pk, sk, a, x], keys used: "
                    "[pk, sk, a]",
                    SEEN,
                ),
                Check(
                    "tables.number_of_definitions_differs",
                    {"GlobalSecondaryIndexes": ABSENT, "LocalSecondaryIndexes": ABSENT},
                    INVALID
                    + "Number of attributes in KeySchema does not exactly match number of attributes defined in "
                    "AttributeDefinitions",
                    SEEN,
                ),
            ],
            apart="both say which indexes there are",
        ),
        Stage(
            "Local indexes need a sort key of the table",
            [
                indexed(
                    "table_lacks_sort_key",
                    {
                        "KeySchema": key_schema("pk"),
                        "AttributeDefinitions": defined("pk", "a"),
                        "LocalSecondaryIndexes": [index("local", "pk", "a")],
                        "GlobalSecondaryIndexes": ABSENT,
                    },
                    INVALID + "Table KeySchema does not have a range key, which is required when specifying a "
                    "LocalSecondaryIndex",
                )
            ],
            apart="both say which indexes there are",
        ),
        Stage(
            "Each index: its name, its key, its projection",
            [
                indexed(
                    "index_named_twice",
                    global_indexes(GLOBAL, GLOBAL),
                    INVALID + "Duplicate index name: global",
                ),
                indexed(
                    "index_lacks_sort_key",
                    {"LocalSecondaryIndexes": [index("local", "pk")]},
                    INVALID + "Index KeySchema does not have a range key for index: local",
                ),
                indexed(
                    "local_index_hash_differs",
                    {"LocalSecondaryIndexes": [index("local", "a", "sk")]},
                    INVALID + "Index KeySchema does not have the same leading hash key as table KeySchema for index: "
                    "local. index hash key: a, table hash key: pk",
                ),
                indexed(
                    "hash_after_range",
                    global_indexes({**GLOBAL, "KeySchema": key_schema("a", "sk") + key_schema("pk")}),
                    INVALID + "All HASH key attributes must precede RANGE key attributes in the KeySchema",
                ),
                indexed(
                    "key_attribute_repeated",
                    global_indexes(index("global", "a", "a")),
                    "The KeySchema contains multiple key attributes with the same name",
                ),
                indexed(
                    "too_many_key_attributes",
                    {
                        **global_indexes(index("global", "a b c d e")),
                        "AttributeDefinitions": defined("pk", "sk", "a", "b", "c", "d", "e"),
                    },
                    INVALID + "The KeySchema exceeds the maximum allowed number of HASH key attributes",
                ),
                *[
                    indexed(constructor, global_indexes(index("global", "a", "", projected)), INVALID + message)
                    for constructor, projected, message in PROJECTIONS
                ],
            ],
            apart="both say which indexes there are",
        ),
        Stage(
            "Not too many indexes and projected attributes",
            [
                indexed(
                    "too_many_local_indexes",
                    {"LocalSecondaryIndexes": [index(f"local-{number}", "pk", "a") for number in range(6)]},
                    INVALID + "Number of LocalSecondaryIndexes exceeds per-table limit of 5",
                ),
                indexed(
                    "too_many_global_indexes",
                    {"GlobalSecondaryIndexes": [index(f"global-{number}", "a") for number in range(21)]},
                    INVALID + "GlobalSecondaryIndex count exceeds the per-table limit of 20",
                ),
                indexed(
                    "too_many_projected_attributes",
                    {
                        "GlobalSecondaryIndexes": [
                            index(f"global-{number}", "a", "", projection("INCLUDE", *WIDE)) for number in range(6)
                        ]
                    },
                    INVALID + "Number of projected attributes across all indexes exceeds the limit of 100",
                    OURS,
                ),
            ],
        ),
        Stage(
            "Throughput goes with the billing mode",
            [
                Check(
                    "throughput.capacity_required",
                    {"BillingMode": ABSENT},
                    INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
                    "PROVISIONED",
                    SEEN,
                ),
                Check(
                    "throughput.capacity_refused",
                    {"ProvisionedThroughput": units(1, 1)},
                    INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                    "PAY_PER_REQUEST",
                    SEEN,
                ),
                Check(
                    "throughput.index_capacity_required",
                    {**PROVISIONED, **global_indexes(GLOBAL)},
                    INVALID + "ProvisionedThroughput is not specified for index: global",
                    REPORT,
                ),
                Check(
                    "throughput.index_capacity_refused",
                    global_indexes({**GLOBAL, "ProvisionedThroughput": units(1, 1)}),
                    INVALID + "ProvisionedThroughput should not be specified for index: global when BillingMode is "
                    "PAY_PER_REQUEST",
                    REPORT,
                ),
                Check(
                    "throughput.on_demand_maximum_refused",
                    {**PROVISIONED, "OnDemandThroughput": {"MaxReadRequestUnits": 1}},
                    INVALID
                    + "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is "
                    "PROVISIONED.",
                    REPORT,
                ),
                Check(
                    "throughput.on_demand_maximum_out_of_range",
                    {"OnDemandThroughput": {"MaxReadRequestUnits": 0}},
                    INVALID
                    + "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range",
                    REPORT,
                ),
                Check(
                    "throughput.warm_throughput_below_initial",
                    {"WarmThroughput": {"ReadUnitsPerSecond": 1}},
                    INVALID + f"Requested ReadUnitsPerSecond for WarmThroughput for table {INITIAL}",
                    SEEN,
                ),
                Check(
                    "throughput.warm_throughput_below_capacity",
                    {**PROVISIONED, "WarmThroughput": {"ReadUnitsPerSecond": 4}},
                    INVALID + "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than "
                    "ReadCapacityUnits of ProvisionedThroughput",
                    REPORT,
                ),
            ],
        ),
        ENCRYPTION,
        Stage(
            "Tags",
            [
                Check(
                    "tags.tag_repeated",
                    {"Tags": [{"Key": "k", "Value": "v"}, {"Key": "k", "Value": "w"}]},
                    "Duplicate Tag Keys provided as input: Duplicate Tag Key found k",
                    SEEN,
                )
            ],
        ),
        Stage(
            "The resource's policy",
            [
                Check(
                    "resource_policies.invalid_document",
                    {"ResourcePolicy": "{"},
                    INVALID + "Invalid policy document: This policy contains invalid Json",
                    OURS,
                )
            ],
        ),
        Stage(
            "The name is free",
            [
                Check(
                    "tables.table_exists",
                    {"TableName": "hash"},
                    "Table already exists: hash",
                    SEEN,
                    "ResourceInUseException",
                )
            ],
        ),
    ],
)


def updates(*changes: Any, **more: Any) -> Request:
    return {"GlobalSecondaryIndexUpdates": list(changes), "DeletionProtectionEnabled": ABSENT, **more}


def added(name: str, *more: Any, hashes: str = "new") -> Any:
    return {"Create": index(name, hashes, "", *more)}


NEW = {"AttributeDefinitions": defined("new")}
GLOBALLY = {"Update": {"IndexName": "global", "WarmThroughput": {"ReadUnitsPerSecond": 13_000}}}
DROP = {"Delete": {"IndexName": "global"}}
PROVISIONED_TABLE = {"TableName": "provisioned"}
REFER = " Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
SUBSCRIBER = "Subscriber limit exceeded: "
ALONE = " must be the only operation in the request"

_CHANGES = {
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexUpdates",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "SSESpecification",
    "StreamSpecification",
    "TableClass",
    "WarmThroughput",
}
_ALONE = ("SSESpecification", "TableClass", "DeletionProtectionEnabled", "WarmThroughput")


def changes_together(request: Request) -> str:
    """The change that others must not stand beside."""
    changes = request.keys() & _CHANGES
    for name in _ALONE:
        if name in changes and len(changes) > 1:
            return name
    if "OnDemandThroughput" in changes and changes - {"OnDemandThroughput", "BillingMode"}:
        return "OnDemandThroughput"
    if "ProvisionedThroughput" in changes and "GlobalSecondaryIndexUpdates" in changes:
        return "ProvisionedThroughput"
    return ""


UPDATE_TABLE = Operation(
    "UpdateTable",
    {"TableName": "indexed", "DeletionProtectionEnabled": False},
    [
        Stage(json_stage().title, json_stage("BillingMode").checks),
        TABLE_NAME,
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check(
                    "validation.at_least",
                    {"ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 1}},
                    broken(
                        constraint(
                            "0",
                            "provisionedThroughput.readCapacityUnits",
                            "Member must have value greater than or equal to 1",
                        )
                    ),
                    MODEL,
                )
            ],
        ),
        Stage(
            "What is not there yet",
            [
                Check(
                    "tables.member_not_supported",
                    {"ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]},
                    "ReplicaUpdates" + UNSUPPORTED,
                    OWN,
                )
            ],
        ),
        Stage(
            "There is something to change",
            [
                Check(
                    "tables.nothing_to_update",
                    dict.fromkeys(_CHANGES, ABSENT),
                    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
                    "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
                    "ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, "
                    "WarmThroughput or TableClass is required",
                    SEEN,
                )
            ],
        ),
        Stage(
            "GlobalSecondaryIndexUpdates: one action each, one for each index",
            [
                indexed(
                    "list_empty",
                    {"GlobalSecondaryIndexUpdates": []},
                    INVALID + "List of GlobalSecondaryIndexUpdates is empty",
                ),
                indexed(
                    "no_index_action",
                    updates({}),
                    INVALID + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                    "GlobalSecondaryIndexUpdate.Delete must not be null",
                    REPORT,
                ),
                indexed(
                    "several_index_actions",
                    updates({**GLOBALLY, **DROP}),
                    INVALID + "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
                    REPORT,
                ),
                indexed(
                    "index_updated_twice",
                    updates(GLOBALLY, DROP),
                    INVALID + "Only one global secondary index update per index is allowed simultaneously. Index: "
                    "global",
                    REPORT,
                ),
            ],
            apart="where nothing is to change there is no index to change",
        ),
        Stage(
            "What comes alone comes alone",
            [
                Check(
                    "tables.not_the_only_update",
                    {"TableClass": "STANDARD", "DeletionProtectionEnabled": True},
                    INVALID + "TableClass modification" + ALONE,
                    REPORT,
                ),
                Check(
                    "throughput.warm_throughput_with_new_index",
                    updates(added("more"), WarmThroughput={"ReadUnitsPerSecond": 13_000}),
                    INVALID + "Create global secondary index cannot be specified when updating WarmThroughput",
                    REPORT,
                ),
                Check(
                    "throughput.on_demand_maximum_with_other_changes",
                    updates(DROP, OnDemandThroughput={"MaxReadRequestUnits": 5}),
                    INVALID + "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request",
                    REPORT,
                ),
                Check(
                    "indexes.index_and_capacity_change",
                    updates(DROP, ProvisionedThroughput=units(6, 6)),
                    INVALID + "You cannot create or delete index while updating table IOPS",
                    REPORT,
                ),
            ],
        ),
        Stage(
            ENCRYPTION.title,
            [
                Check(check.constructor, {"DeletionProtectionEnabled": ABSENT, **spoil}, check.message, check.source)
                for check in ENCRYPTION.checks
                for spoil in [check.spoil]
                if isinstance(spoil, dict)
            ],
            apart="encryption comes alone",
        ),
        Stage(
            STREAM.title,
            [
                Check(check.constructor, {"DeletionProtectionEnabled": ABSENT, **spoil}, check.message, check.source)
                for check in STREAM.checks
                for spoil in [check.spoil]
                if isinstance(spoil, dict)
            ],
            apart="encryption comes alone",
        ),
        Stage(
            "The table exists",
            [
                Check(
                    "tables.table_not_found",
                    {"TableName": "absent"},
                    "Requested resource not found: Table: absent not found",
                    SEEN,
                    "ResourceNotFoundException",
                )
            ],
        ),
        Stage(
            "Throughput goes with the table's billing mode",
            [
                Check(
                    "throughput.capacity_refused",
                    {
                        "TableName": "indexed",
                        "DeletionProtectionEnabled": ABSENT,
                        "ProvisionedThroughput": units(1, 1),
                    },
                    INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                    "PAY_PER_REQUEST",
                    SEEN,
                ),
                Check(
                    "throughput.capacity_required_to_switch",
                    {**PROVISIONED_TABLE, "DeletionProtectionEnabled": ABSENT, "BillingMode": "PROVISIONED"},
                    INVALID + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
                    SEEN,
                ),
                Check(
                    "throughput.capacity_unchanged",
                    {**PROVISIONED_TABLE, "DeletionProtectionEnabled": ABSENT, "ProvisionedThroughput": units(5, 5)},
                    "The provisioned throughput for the table will not change. The requested value equals the current "
                    "value. Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. "
                    "Current WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5." + REFER,
                    SEEN,
                ),
                Check(
                    "throughput.on_demand_maximum_change_refused",
                    {
                        **PROVISIONED_TABLE,
                        "DeletionProtectionEnabled": ABSENT,
                        "OnDemandThroughput": {"MaxReadRequestUnits": 5},
                    },
                    INVALID + "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table "
                    "BillingMode is PROVISIONED",
                    REPORT,
                ),
                Check(
                    "throughput.warm_throughput_lowered",
                    {
                        "TableName": "indexed",
                        "DeletionProtectionEnabled": ABSENT,
                        "WarmThroughput": {"ReadUnitsPerSecond": 11_999},
                    },
                    INVALID + "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current "
                    "WarmThroughput, decreasing WarmThroughput is not supported",
                    SEEN,
                ),
            ],
            apart="a table that is absent has no billing mode",
        ),
        Stage(
            "The stream is not on yet",
            [
                Check(
                    "streams.already_enabled",
                    {
                        "TableName": "indexed",
                        "DeletionProtectionEnabled": ABSENT,
                        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
                    },
                    "Table already has an enabled stream: TableName: indexed",
                    SEEN,
                )
            ],
        ),
        Stage(
            "The indexes are there, or are not there yet, and fit",
            [
                Check(
                    "indexes.one_index_at_a_time",
                    updates(added("one"), added("two"), **NEW),
                    SUBSCRIBER + "Only 1 online index can be created or deleted simultaneously per table",
                    SEEN,
                    "LimitExceededException",
                ),
                indexed(
                    "index_exists",
                    updates(added("global"), **NEW),
                    "Attempting to create an index which already exists",
                ),
                indexed(
                    "not_a_global_index",
                    updates({"Delete": {"IndexName": "local"}}),
                    "Cannot delete an index that is not a GlobalSecondaryIndex: local",
                    REPORT,
                ),
                Check(
                    "indexes.index_of_table_not_found",
                    updates({"Delete": {"IndexName": "absent"}}),
                    "Requested resource not found: Index absent for table indexed",
                    REPORT,
                    "ResourceNotFoundException",
                ),
                indexed(
                    "definitions_missing",
                    updates(added("more")),
                    INVALID + "AttributeDefinitions is not specified for index: more",
                    REPORT,
                ),
                Check(
                    "throughput.added_index_capacity_required",
                    {**PROVISIONED_TABLE, **updates(added("more"), **NEW)},
                    INVALID + "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: more",
                    REPORT,
                ),
                Check(
                    "throughput.added_index_capacity_refused",
                    updates(
                        {"Create": index("more", "new", ProvisionedThroughput=units(1, 1))},
                        **NEW,
                    ),
                    INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: more when "
                    "BillingMode is PAY_PER_REQUEST",
                    REPORT,
                ),
                Check(
                    "throughput.index_capacity_change_refused",
                    updates({"Update": {"IndexName": "global", "ProvisionedThroughput": units(1, 1)}}),
                    INVALID
                    + "The only Updates for index: global when TableThroughputMode is PAY_PER_REQUEST can be to "
                    "OnDemandThroughput, WarmThroughput",
                    REPORT,
                ),
                Check(
                    "throughput.index_warm_throughput_empty",
                    updates({"Update": {"IndexName": "global", "WarmThroughput": {}}}),
                    INVALID + "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond "
                    "specified for index: global",
                    REPORT,
                ),
                Check(
                    "throughput.index_capacity_required_to_switch",
                    {
                        "TableName": "indexed",
                        "DeletionProtectionEnabled": ABSENT,
                        "BillingMode": "PROVISIONED",
                        "ProvisionedThroughput": units(2, 1),
                    },
                    INVALID + "ProvisionedThroughput must be specified for index: global",
                    REPORT,
                ),
            ],
        ),
    ],
    changes_together,
)

TABLES = [CREATE_TABLE, UPDATE_TABLE]
