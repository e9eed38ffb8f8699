"""Operations that name a table, a stream or a resource, and little else."""

from __future__ import annotations

from tests.api.checks.definitions import TABLE_NAME
from tests.api.checks.fixtures import ARN
from tests.api.checks.table import (
    INVALID,
    MODEL,
    NOT_NULL,
    OURS,
    REPORT,
    SEEN,
    Check,
    Operation,
    Request,
    Stage,
    broken,
    constraint,
    json_stage,
)

NAMED_TABLE = Stage(
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
)
ONE_MEMBER = "all that is told is the one member"
BODY = Stage(json_stage().title, json_stage().checks[:2])


def of_one_table(name: str, good: Request, *more: Stage) -> Operation:
    named = Stage(TABLE_NAME.title, TABLE_NAME.checks, apart=ONE_MEMBER)
    there = Stage(NAMED_TABLE.title, NAMED_TABLE.checks, apart=ONE_MEMBER)
    return Operation(name, good, [BODY, named, there, *more])


DELETE_TABLE = of_one_table(
    "DeleteTable",
    {"TableName": "hash"},
    Stage(
        "The table is not protected",
        [
            Check(
                "tables.table_is_protected",
                {"TableName": "protected"},
                "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection "
                "first.",
                SEEN,
            )
        ],
        apart="a table that is absent is not protected",
    ),
)
UPDATE_TIME_TO_LIVE = Operation(
    "UpdateTimeToLive",
    {"TableName": "lived", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "t"}},
    [
        json_stage(),
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check(
                    "validation.failure",
                    {"TimeToLiveSpecification": {"Enabled": None}},
                    broken(constraint(None, "timeToLiveSpecification.enabled", NOT_NULL)),
                    MODEL,
                )
            ],
        ),
        NAMED_TABLE,
        Stage(
            "There is something to change",
            [
                Check(
                    "tables.time_to_live_attribute_differs",
                    {"TableName": "living", "TimeToLiveSpecification": {"AttributeName": "other"}},
                    "TimeToLive is active on a different AttributeName: current AttributeName is t",
                    SEEN,
                ),
                Check(
                    "tables.time_to_live_unchanged",
                    {"TableName": "living"},
                    "TimeToLive is already enabled",
                    SEEN,
                ),
            ],
            apart="a table that is absent has no setting",
        ),
    ],
)

NOT_THERE = ARN.replace("000000000000", "123456789012") + "absent"
RESOURCE = Stage(
    "The resource is a table that exists",
    [
        Check("tags.not_an_arn", {"ResourceArn": "absent"}, INVALID + "ARNs must start with 'arn:': absent", SEEN),
        Check(
            "tags.not_a_resource",
            {"ResourceArn": "arn:aws:s3:::absent"},
            INVALID + "Provided Arn is not a DynamoDB resource arn: arn:aws:s3:::absent",
            REPORT,
        ),
        Check(
            "tags.not_a_table",
            {"ResourceArn": ARN + "hash/index/x"},
            INVALID + "Invalid resource arn provided, only table or stream is accepted. Provided resource arn: "
            f"{ARN}hash/index/x",
            REPORT,
        ),
        Check(
            "tags.resource_of_another_account",
            {"ResourceArn": NOT_THERE},
            "User: arn:aws:iam::000000000000:root is not authorized to perform: dynamodb:{} on resource: " + NOT_THERE,
            SEEN,
            "AccessDeniedException",
        ),
    ],
)


def resource(operation: str) -> Stage:
    return Stage(
        RESOURCE.title,
        [
            Check(check.constructor, check.spoil, check.message.format(operation), check.source, check.code)
            for check in RESOURCE.checks
        ],
    )


TAG_RESOURCE = Operation(
    "TagResource",
    {"ResourceArn": ARN + "hash", "Tags": [{"Key": "k", "Value": "v"}]},
    [
        json_stage("ResourceArn"),
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check(
                    "validation.at_most",
                    {"Tags": [{"Key": "k", "Value": "v" * 257}]},
                    broken(
                        constraint(
                            "v" * 257, "tags.1.member.value", "Member must have length less than or equal to 256"
                        )
                    ),
                    MODEL,
                )
            ],
        ),
        Stage(
            "Tags: some, each well formed, none twice, not too many",
            [
                Check("tags.no_tags", {"Tags": []}, "Atleast one Tag needs to be provided as Input.", SEEN),
                Check(
                    "tags.tag_key_invalid",
                    {"Tags": [{"Key": "*", "Value": "v"}]},
                    "The Tag Key provided is invalid, Key: *",
                    REPORT,
                ),
                Check(
                    "tags.tag_value_invalid",
                    {"Tags": [{"Key": "k", "Value": "*"}]},
                    "The Tag Value provided is invalid, Value: *",
                    REPORT,
                ),
                Check(
                    "tags.tag_key_reserved",
                    {"Tags": [{"Key": "aws:k", "Value": "v"}]},
                    "Tag Key cannot be prefixed with aws:, Key: aws:k",
                    REPORT,
                ),
                Check(
                    "tags.tag_repeated",
                    {"Tags": [{"Key": "k", "Value": "v"}, {"Key": "k", "Value": "w"}]},
                    "Duplicate Tag Keys provided as input: Duplicate Tag Key found k",
                    SEEN,
                ),
                Check(
                    "tags.too_many_tags",
                    {"Tags": [{"Key": f"k{number}", "Value": "v"} for number in range(51)]},
                    "Number of Tags exceed the current limit for the provided ResourceArn",
                    SEEN,
                ),
            ],
            apart="both say what the tags are",
        ),
        resource("TagResource"),
    ],
)
UNTAG_RESOURCE = Operation(
    "UntagResource",
    {"ResourceArn": ARN + "hash", "TagKeys": ["k"]},
    [
        json_stage("ResourceArn"),
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check(
                    "validation.elements",
                    {"TagKeys": [""]},
                    broken(
                        constraint(
                            "[]",
                            "tagKeys",
                            "Member must satisfy constraint: [Member must have length less than or equal to 128, "
                            "Member must have length greater than or equal to 1]",
                        )
                    ),
                    MODEL,
                )
            ],
        ),
        Stage(
            "TagKeys: some, each well formed",
            [
                Check("tags.no_tag_keys", {"TagKeys": []}, "Atleast one Tag Key needs to be provided as Input.", SEEN),
                Check(
                    "tags.tag_key_reserved",
                    {"TagKeys": ["aws:k"]},
                    "Tag Key cannot be prefixed with aws:, Key: aws:k",
                    REPORT,
                ),
            ],
            apart="both say what the keys are",
        ),
        resource("UntagResource"),
    ],
)
LIST_TAGS = Operation(
    "ListTagsOfResource",
    {"ResourceArn": ARN + "hash"},
    [
        json_stage("ResourceArn"),
        Stage(RESOURCE.title, resource("ListTagsOfResource").checks, apart=ONE_MEMBER),
    ],
)


def stream_stages(constraints: Stage) -> list[Stage]:
    return [
        json_stage("StreamArn"),
        constraints,
        Stage(
            "The stream exists",
            [
                Check(
                    "streams.invalid_stream_arn",
                    {"StreamArn": "arn:aws:dynamodb:us-east-1:000000000000:table/x"},
                    "Invalid StreamArn",
                    OURS,
                ),
                Check(
                    "streams.stream_not_found",
                    {"StreamArn": "$STREAM-not"},
                    "Requested resource not found: Stream: $STREAM-not not found",
                    SEEN,
                    "ResourceNotFoundException",
                ),
            ],
        ),
    ]


DESCRIBE_STREAM = Operation(
    "DescribeStream",
    {"StreamArn": "$STREAM"},
    stream_stages(
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check(
                    "validation.at_least",
                    {"Limit": 0},
                    broken(constraint("0", "limit", "Member must have value greater than or equal to 1")),
                    MODEL,
                )
            ],
        )
    ),
)
GET_SHARD_ITERATOR = Operation(
    "GetShardIterator",
    {"StreamArn": "$STREAM", "ShardId": "$SHARD", "ShardIteratorType": "TRIM_HORIZON"},
    [
        *stream_stages(
            Stage(
                "The model's constraints, all broken ones together",
                [
                    Check(
                        "validation.one_of",
                        {"ShardIteratorType": "BOGUS"},
                        broken(
                            constraint(
                                "BOGUS",
                                "shardIteratorType",
                                "Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, "
                                "AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]",
                            )
                        ),
                        MODEL,
                    )
                ],
            )
        ),
        Stage(
            "The shard exists",
            [
                Check(
                    "streams.shard_not_found",
                    {"ShardId": "shardId-00000000000000000000-absent"},
                    "Requested resource not found: Shard does not exist: shardId-00000000000000000000-absent in stream "
                    "$STREAM",
                    OURS,
                    "ResourceNotFoundException",
                )
            ],
        ),
        Stage(
            "SequenceNumber and Timestamp go with the type, and are of the shard",
            [
                Check(
                    "streams.sequence_number_refused",
                    {"SequenceNumber": "1" * 25},
                    INVALID + "SequenceNumber can only be specified with AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER",
                    OURS,
                ),
                Check(
                    "streams.sequence_number_missing",
                    {"ShardIteratorType": "AT_SEQUENCE_NUMBER"},
                    INVALID + "SequenceNumber must be specified with AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER",
                    OURS,
                ),
                Check(
                    "streams.invalid_sequence_number",
                    {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": "9" * 25},
                    INVALID + "The provided SequenceNumber is invalid",
                    OURS,
                ),
                Check(
                    "streams.timestamp_missing",
                    {"ShardIteratorType": "AT_TIMESTAMP"},
                    INVALID + "Timestamp must be specified with AT_TIMESTAMP",
                    OURS,
                ),
                Check(
                    "streams.timestamp_refused",
                    {"Timestamp": 0},
                    INVALID + "Timestamp can only be specified with AT_TIMESTAMP",
                    OURS,
                ),
                Check(
                    "streams.timestamp_in_the_future",
                    {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": 1e12},
                    INVALID + "The provided Timestamp is in the future",
                    OURS,
                ),
            ],
        ),
    ],
)
GET_RECORDS = Operation(
    "GetRecords",
    {"ShardIterator": "$ITERATOR"},
    [
        json_stage("ShardIterator"),
        Stage(
            "The model's constraints, all broken ones together",
            [
                Check(
                    "validation.at_least",
                    {"Limit": 0},
                    broken(constraint("0", "limit", "Member must have value greater than or equal to 1")),
                    MODEL,
                ),
                Check(
                    "serialization.number_expected",
                    {"Limit": "1"},
                    "STRING_VALUE cannot be converted to Integer",
                    REPORT,
                    "SerializationException",
                ),
            ],
        ),
        Stage(
            "The iterator is one, and not too old",
            [
                Check("streams.invalid_iterator", {"ShardIterator": "nonsense"}, "Invalid ShardIterator", OURS),
                Check(
                    "streams.iterator_expired",
                    {"ShardIterator": "$EXPIRED"},
                    "Iterator expired. The iterator was created more than 15 minutes ago.",
                    REPORT,
                    "ExpiredIteratorException",
                ),
            ],
        ),
    ],
)
LIMITED = Stage(
    "The model's constraints, all broken ones together",
    [
        Check(
            "validation.at_most",
            {"Limit": 101},
            broken(constraint("101", "limit", "Member must have value less than or equal to 100")),
            SEEN,
        )
    ],
)
NO_LIMIT = Stage(
    LIMITED.title,
    [
        Check(
            "validation.at_least",
            {"Limit": 0},
            broken(constraint("0", "limit", "Member must have value greater than or equal to 1")),
            MODEL,
        )
    ],
)

TABLES = [
    DELETE_TABLE,
    of_one_table("DescribeTable", {"TableName": "hash"}),
    of_one_table("DescribeTimeToLive", {"TableName": "hash"}),
    UPDATE_TIME_TO_LIVE,
    Operation("ListTables", {}, [json_stage("ExclusiveStartTableName"), LIMITED]),
    TAG_RESOURCE,
    UNTAG_RESOURCE,
    LIST_TAGS,
    Operation("ListStreams", {}, [json_stage("ExclusiveStartStreamArn"), NO_LIMIT]),
    DESCRIBE_STREAM,
    GET_SHARD_ITERATOR,
    GET_RECORDS,
    Operation("DescribeEndpoints", {}, [BODY]),
    Operation("DescribeLimits", {}, [BODY]),
]
