"""What a table is now, in the terms of a template."""

from __future__ import annotations

import json
from typing import Any

from slipring.provisioning.asking import Asking, Call, unless
from slipring.templates.described import definition_of
from slipring.templates.desired import Definition, DesiredTable


def current_table(name: str) -> Asking[DesiredTable | None]:
    """The table, every member known; None where there is none."""
    of_table = {"TableName": name}
    answer = yield from unless(Call("DescribeTable", of_table), "ResourceNotFoundException")
    if answer is None:
        return None
    description = answer["Table"]
    arn = {"ResourceArn": description["TableArn"]}
    life = (yield Call("DescribeTimeToLive", of_table))["TimeToLiveDescription"]
    backups = (yield Call("DescribeContinuousBackups", of_table))["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    policy = yield from _policy(description["TableArn"])
    has_stream = description.get("StreamSpecification", {}).get("StreamEnabled", False)
    stream_policy = (yield from _policy(description["LatestStreamArn"])) if has_stream else {}
    tags: dict[str, str] = {}
    page: dict[str, str] = {}
    while True:
        listed = yield Call("ListTagsOfResource", {**arn, **page})
        tags |= {tag["Key"]: tag["Value"] for tag in listed.get("Tags", ()) if not tag["Key"].startswith("aws:")}
        if "NextToken" not in listed:
            break
        page = {"NextToken": listed["NextToken"]}
    is_recoverable = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
    return DesiredTable(
        _with_warmth(definition_of(description), description),
        tags=tags,
        time_to_live=life.get("AttributeName", "") if life["TimeToLiveStatus"] in ("ENABLED", "ENABLING") else "",
        recovery_days=recovery.get("RecoveryPeriodInDays", 0) if is_recoverable else 0,
        policy=policy,
        stream_policy=stream_policy,
    )


def _policy(arn: str) -> Asking[dict[str, Any]]:
    """The policy of a table or a stream; empty where there is none."""
    answer = yield from unless(Call("GetResourcePolicy", {"ResourceArn": arn}), "PolicyNotFoundException")
    policy: dict[str, Any] = {} if answer is None else json.loads(answer["Policy"])
    return policy


def _with_warmth(definition: Definition, description: dict[str, Any]) -> Definition:
    """Every table is warm to some degree, asked for or not; so it is no part of what a description asks for."""
    indexes = {index["IndexName"]: index for index in description.get("GlobalSecondaryIndexes", ())}
    warm = {"WarmThroughput": _warmth(description)}
    if "GlobalSecondaryIndexes" in definition:
        warm["GlobalSecondaryIndexes"] = [
            {**index, "WarmThroughput": _warmth(indexes[index["IndexName"]])}
            for index in definition["GlobalSecondaryIndexes"]
        ]
    return {**definition, **warm}


def _warmth(described: dict[str, Any]) -> Any:
    told = described.get("WarmThroughput", {})
    return {name: told[name] for name in ("ReadUnitsPerSecond", "WriteUnitsPerSecond") if name in told}
