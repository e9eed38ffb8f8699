"""Contributor insights and Kinesis destinations, which no table has."""

from __future__ import annotations

from tests.api.checks.others import NAMED_TABLE, ONE_MEMBER
from tests.api.checks.table import (
    MODEL,
    OURS,
    OWN,
    Check,
    Operation,
    Stage,
    broken,
    constraint,
    json_stage,
)

CONSTRAINTS = "The model's constraints, all broken ones together"
INDEX_NAME = Stage(
    CONSTRAINTS,
    [
        Check(
            "validation.failure",
            {"IndexName": "ab"},
            broken(constraint("ab", "indexName", "Member must have length greater than or equal to 3")),
            MODEL,
        )
    ],
)
INDEX = Stage(
    "The index, if one is named, is a global index of the table",
    [
        Check(
            "indexes.index_of_table_not_found",
            {"IndexName": "absent"},
            "Requested resource not found: Index absent for table indexed",
            OURS,
            "ResourceNotFoundException",
        )
    ],
)

TABLES = [
    Operation(
        "DescribeContributorInsights",
        {"TableName": "indexed", "IndexName": "global"},
        [json_stage(), INDEX_NAME, NAMED_TABLE, INDEX],
    ),
    Operation(
        "UpdateContributorInsights",
        {"TableName": "indexed", "ContributorInsightsAction": "DISABLE"},
        [
            json_stage(),
            INDEX_NAME,
            NAMED_TABLE,
            INDEX,
            Stage(
                "They are not turned on",
                [
                    Check(
                        "tables.member_not_supported",
                        {"ContributorInsightsAction": "ENABLE"},
                        "ContributorInsightsAction ENABLE is not supported by Slipring; see docs/differences.md",
                        OWN,
                    )
                ],
            ),
        ],
    ),
    Operation(
        "ListContributorInsights",
        {"TableName": "indexed"},
        [
            json_stage(),
            Stage(
                CONSTRAINTS,
                [
                    Check(
                        "validation.at_most",
                        {"MaxResults": 101},
                        broken(constraint("101", "maxResults", "Member must have value less than or equal to 100")),
                        MODEL,
                    )
                ],
            ),
            NAMED_TABLE,
        ],
    ),
    Operation(
        "DescribeKinesisStreamingDestination",
        {"TableName": "hash"},
        [json_stage(), Stage(NAMED_TABLE.title, NAMED_TABLE.checks, apart=ONE_MEMBER)],
    ),
]
