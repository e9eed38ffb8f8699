"""PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy."""

from __future__ import annotations

import json
from typing import Any

from tests.api.checks.fixtures import ARN, POLICY
from tests.api.checks.table import (
    INVALID,
    MODEL,
    OURS,
    REPORT,
    Check,
    Operation,
    Stage,
    broken,
    constraint,
    json_stage,
)

TABLE, WITH_POLICY, WITHOUT_POLICY = ARN + "lived", ARN + "range", ARN + "bytes"
DOCUMENT = INVALID + "Invalid policy document: "
STREAM_ID = "table/indexed/stream/2026-01-01T00:00:00.000"


def changed(**members: Any) -> dict[str, str]:
    """The policy's only statement with other members."""
    return {"Policy": json.dumps({**POLICY, "Statement": {**POLICY["Statement"], **members}})}


MODEL_STAGE = Stage(
    "The model's constraints, all broken ones together",
    [
        Check(
            "validation.at_least",
            {"ExpectedRevisionId": ""},
            broken(constraint("", "expectedRevisionId", "Member must have length greater than or equal to 1")),
            MODEL,
        )
    ],
)
KIND = Stage(
    "The resource is a table or a stream",
    [
        Check("tags.not_an_arn", {"ResourceArn": "absent"}, INVALID + "ARNs must start with 'arn:': absent", REPORT),
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
    ],
)
POLICY_STAGE = Stage(
    "The document, and what it may be about",
    [
        Check(
            "resource_policies.document_too_long",
            {"Policy": " " * 20_481},
            INVALID + "Maximum policy size of 20480 bytes exceeded",
            REPORT,
        ),
        Check(
            "resource_policies.invalid_document",
            {"Policy": "{"},
            DOCUMENT + "This policy contains invalid Json",
            REPORT,
        ),
        Check(
            "resource_policies.invalid_principal",
            changed(Principal={"AWS": "arn:aws:iam::111122223333:user/*"}),
            INVALID + "Invalid principal in policy document.",
            REPORT,
        ),
        Check(
            "resource_policies.invalid_action_names",
            changed(Action=["dynamodb:GetItem", "dynamodb:GetRecords"]),
            DOCUMENT + 'The following action names are invalid: "dynamodb:GetRecords"',
            REPORT,
        ),
        Check(
            "resource_policies.invalid_relative_id",
            changed(Resource=f"arn:aws:dynamodb:us-east-1:000000000000:{STREAM_ID}"),
            DOCUMENT + f'The relative-id "{STREAM_ID}" is invalid for ARN'
            f' "arn:aws:dynamodb:us-east-1:000000000000:{STREAM_ID}"',
            REPORT,
        ),
        Check(
            "resource_policies.invalid_service_principal",
            changed(Principal={"Service": "lambda.amazonaws.com"}),
            DOCUMENT + "Policy contains invalid service principal",
            REPORT,
        ),
        Check(
            "resource_policies.unbounded_access",
            changed(Principal="*"),
            "Resource-based policy grants unbounded access in one or more elements. Please revise the policy to ensure"
            " least-privilege form of access",
            REPORT,
        ),
    ],
)
LOCKED_OUT = Stage(
    "Who puts it can put another",
    [
        Check(
            "resource_policies.locked_out",
            changed(Effect="Deny", Principal="*"),
            "The new resource policy will not allow you to update the resource policy in the future.",
            REPORT,
            "AccessDeniedException",
        )
    ],
    apart="both say what the policy is",
)
REVISION = Stage(
    "The policy is that of the expected revision",
    [
        Check(
            "resource_policies.policy_not_found",
            {"ExpectedRevisionId": "1"},
            f"Resource-based policy not found for the provided ResourceArn: {TABLE}",
            OURS,
            "PolicyNotFoundException",
        )
    ],
)


def exists(apart: str = "") -> Stage:
    return Stage(
        "The resource exists, in the caller's account",
        [
            Check(
                "resource_policies.not_the_owner",
                {"ResourceArn": ARN.replace("000000000000", "123456789012") + "absent"},
                "This action is only supported by accounts that match the resource owner\u2019s account.",
                REPORT,
            ),
            Check(
                "resource_policies.holder_not_found",
                {"ResourceArn": ARN + "absent"},
                "Requested resource not found: Table: absent not found",
                REPORT,
                "ResourceNotFoundException",
            ),
        ],
        apart=apart,
    )


SAME_ARN = "both say what the resource is"
TABLES = [
    Operation(
        "PutResourcePolicy",
        {"ResourceArn": TABLE, "Policy": json.dumps(POLICY)},
        [json_stage("ResourceArn"), MODEL_STAGE, KIND, POLICY_STAGE, LOCKED_OUT, exists(), REVISION],
    ),
    Operation(
        "GetResourcePolicy",
        {"ResourceArn": WITH_POLICY},
        [
            Stage(json_stage().title, json_stage("ResourceArn").checks),
            Stage(KIND.title, KIND.checks, apart=SAME_ARN),
            exists(SAME_ARN),
            Stage(
                "It has a policy",
                [
                    Check(
                        "resource_policies.policy_not_found",
                        {"ResourceArn": WITHOUT_POLICY},
                        f"Resource-based policy not found for the provided ResourceArn: {WITHOUT_POLICY}",
                        REPORT,
                        "PolicyNotFoundException",
                    )
                ],
                apart=SAME_ARN,
            ),
        ],
    ),
    Operation(
        "DeleteResourcePolicy",
        {"ResourceArn": TABLE},
        [json_stage("ResourceArn"), MODEL_STAGE, KIND, exists(SAME_ARN), REVISION],
    ),
]
