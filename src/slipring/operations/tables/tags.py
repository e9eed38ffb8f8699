"""TagResource, UntagResource, ListTagsOfResource."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slipring.engine.engine import Engine
from slipring.engine.table import Table, TableRecord
from slipring.iam.caller import Caller
from slipring.model import limits
from slipring.model.errors import tables as errors
from slipring.operations.answers import EMPTY, answer

_TABLE_ARN_PARTS = 6
_TAGS_PER_PAGE = 10


def check_tags(tags: Iterable[dict[str, str]]) -> None:
    """Tags of one request: none reserved, none twice, not too many. Raises ValidationException."""
    keys = [tag["Key"] for tag in tags]
    if any(key.startswith("aws:") for key in keys):
        raise errors.tag_key_reserved()
    if len(set(keys)) < len(keys):
        raise errors.tag_repeated()
    if len(keys) > limits.TAGS_MAX:
        raise errors.too_many_tags(limits.TAGS_MAX)


async def tag_resource(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    check_tags(request["Tags"])
    table = await _tagged_table(engine, request["ResourceArn"], caller, "TagResource")

    def revise(before: TableRecord) -> TableRecord:
        tags = {**before.get("Tags", {}), **{tag["Key"]: tag["Value"] for tag in request["Tags"]}}
        if len(tags) > limits.TAGS_MAX:
            raise errors.too_many_tags(limits.TAGS_MAX)
        return {**before, "Tags": tags}

    await engine.catalog.change(table.name, caller.namespace, revise)
    return EMPTY


async def untag_resource(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    table = await _tagged_table(engine, request["ResourceArn"], caller, "UntagResource")

    def revise(before: TableRecord) -> TableRecord:
        kept = {key: value for key, value in before.get("Tags", {}).items() if key not in request["TagKeys"]}
        return {**before, "Tags": kept}

    await engine.catalog.change(table.name, caller.namespace, revise)
    return EMPTY


async def list_tags_of_resource(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """Pages of ten; the token is the last key told."""
    table = await _tagged_table(engine, request["ResourceArn"], caller, "ListTagsOfResource")
    after = request.get("NextToken", "")
    tags = sorted((key, value) for key, value in table.record.get("Tags", {}).items() if key > after)
    told: dict[str, Any] = {"Tags": [{"Key": key, "Value": value} for key, value in tags[:_TAGS_PER_PAGE]]}
    if len(tags) > _TAGS_PER_PAGE:
        told["NextToken"] = tags[_TAGS_PER_PAGE - 1][0]
    return answer(told)


async def _tagged_table(engine: Engine, arn: str, caller: Caller, action: str) -> Table:
    parts = arn.split(":", _TABLE_ARN_PARTS - 1)
    if len(parts) < _TABLE_ARN_PARTS or parts[2] != "dynamodb" or not parts[5].startswith("table/"):
        raise errors.invalid_resource_arn(arn)
    table = await engine.catalog.find(parts[5].removeprefix("table/"), caller.namespace)
    if table is not None:
        return table
    if parts[4] != caller.account:
        raise errors.tags_of_unknown_resource(f"arn:aws:iam::{caller.account}:root", action, arn)
    raise errors.resource_not_found(arn)
