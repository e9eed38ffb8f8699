"""What may change on a table that is there: each function yields the calls for one kind of change, with words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from slipring.provisioning.asking import Call
from slipring.provisioning.policies import same_policy
from slipring.templates.desired import DesiredTable

Changes = Iterator[tuple[str, Call]]


def stream_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """A stream keeps its view for life, so another view is another stream."""
    before, after = (each.definition.get("StreamSpecification") for each in (current, wanted))
    if before == after:
        return
    if before is not None:
        yield "turn its stream off", _update(wanted, {"StreamSpecification": {"StreamEnabled": False}})
    if after is not None:
        yield f"turn on a stream of {after['StreamViewType']}", _update(wanted, {"StreamSpecification": after})


def protection_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """Whether DeleteTable is refused."""
    after = wanted.definition.get("DeletionProtectionEnabled", False)
    if after != current.definition.get("DeletionProtectionEnabled", False):
        words = "protect it from deletion" if after else "protect it from deletion no longer"
        yield words, _update(wanted, {"DeletionProtectionEnabled": after})


def table_class_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """Where a template says nothing, the standard class is meant."""
    after = wanted.definition.get("TableClass", "STANDARD")
    if after != current.definition.get("TableClass", "STANDARD"):
        yield f"make its class {after}", _update(wanted, {"TableClass": after})


def encryption_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """Keys are told by ARN, and asked for by ARN, id or alias."""
    before, after = (each.definition.get("SSESpecification", {}) for each in (current, wanted))
    told, asked = before.get("KMSMasterKeyId", ""), after.get("KMSMasterKeyId", "")
    is_same_key = told == asked or (bool(asked) and told.endswith(f":{asked}"))
    if before.get("Enabled", False) == after.get("Enabled", False) and is_same_key:
        return
    words = "encrypt it with a key of KMS" if after else "encrypt it with the service's own key"
    yield words, _update(wanted, {"SSESpecification": after or {"Enabled": False}})


def time_to_live_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """Another attribute can be named only once the one before is no longer."""
    before, after = current.time_to_live, wanted.time_to_live
    if after is None or before == after:
        return
    if before:
        yield "turn its time to live off", _life(wanted, False, before)
    if after:
        yield f"turn its time to live on, by {after}", _life(wanted, True, after)


def recovery_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """Point-in-time recovery."""
    days = wanted.recovery_days
    if days is None or days == current.recovery_days:
        return
    specification: dict[str, Any] = {"PointInTimeRecoveryEnabled": days > 0}
    if days:
        specification["RecoveryPeriodInDays"] = days
    parameters = {"TableName": wanted.name, "PointInTimeRecoverySpecification": specification}
    words = f"keep {days} days for recovery to any time" if days else "turn recovery to any time off"
    yield words, Call("UpdateContinuousBackups", parameters)


def tag_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """Tags are exactly those of the template, if it has any. A table is its own ARN to whoever may call for it."""
    if wanted.tags is None:
        return
    before = current.tags or {}
    gone = sorted(before.keys() - wanted.tags.keys())
    new = {name: value for name, value in wanted.tags.items() if before.get(name) != value}
    if gone:
        yield f"remove the tags {', '.join(gone)}", Call("UntagResource", {"ResourceArn": ARN, "TagKeys": gone})
    if new:
        call = Call("TagResource", {"ResourceArn": ARN, "Tags": tag_list(new)})
        yield f"tag it {', '.join(f'{name}={value}' for name, value in new.items())}", call


def policy_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """The table's policy."""
    if wanted.policy is None or same_policy(wanted.policy, current.policy or {}):
        return
    if wanted.policy:
        yield "give it the policy", _put_policy(ARN, wanted.policy)
    else:
        yield "remove its policy", Call("DeleteResourcePolicy", {"ResourceArn": ARN})


def stream_policy_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """The policy of the stream. One that has just been turned on has none yet."""
    before, after = (each.definition.get("StreamSpecification") for each in (current, wanted))
    policy = (current.stream_policy or {}) if before == after else {}
    if after is None or wanted.stream_policy is None or same_policy(wanted.stream_policy, policy):
        return
    if wanted.stream_policy:
        yield "give its stream the policy", _put_policy(STREAM_ARN, wanted.stream_policy)
    else:
        yield "remove its stream's policy", Call("DeleteResourcePolicy", {"ResourceArn": STREAM_ARN})


ARN = "$ARN"
"""Stands for the table's ARN, which the API tells."""
STREAM_ARN = "$STREAM_ARN"
"""Stands for the ARN of the table's stream."""


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": name, "Value": value} for name, value in tags.items()]


def policy_text(policy: Mapping[str, Any]) -> str:
    return json.dumps(policy, separators=(",", ":"))


def _put_policy(arn: str, policy: Mapping[str, Any]) -> Call:
    return Call("PutResourcePolicy", {"ResourceArn": arn, "Policy": policy_text(policy)})


def _update(table: DesiredTable, change: dict[str, Any]) -> Call:
    return Call("UpdateTable", {"TableName": table.name, **change})


def _life(table: DesiredTable, enabled: bool, attribute: str) -> Call:
    specification = {"Enabled": enabled, "AttributeName": attribute}
    return Call("UpdateTimeToLive", {"TableName": table.name, "TimeToLiveSpecification": specification})
