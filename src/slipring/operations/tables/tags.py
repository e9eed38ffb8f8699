"""TagResource, UntagResource, ListTagsOfResource."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from slipring.engine.engine import Engine
from slipring.engine.table import Table, TableRecord
from slipring.iam.caller import Caller
from slipring.model import limits
from slipring.model.errors import tags as errors
from slipring.operations.answers import EMPTY, answer

_RESERVED_PREFIX = "aws:"
_REFUSED_CHARACTER = re.compile(r"[^\w\s+\-=.:/@]")
"""Tags are made of letters, digits and blanks of any script and a few signs (Developer Guide, "Tagging restrictions
in DynamoDB")."""
_TABLE_ARN_PARTS = 6
_NOBODY = "000000000000"
"""What callers without an account go by. No account of the service has this number, so that its tables are always
somebody else's there (conformance suite)."""
_TAGS_PER_PAGE = 10


def check_tags(tags: Iterable[dict[str, str]]) -> None:
    """Tags of one request: none malformed, none reserved, none twice, not too many. Raises ValidationException."""
    keys: dict[str, str] = {}
    for tag in tags:
        if "Key" not in tag:
            raise errors.tag_key_invalid("null")
        if "Value" not in tag:
            raise errors.tag_value_invalid("null")
        _check_key(tag["Key"])
        if _REFUSED_CHARACTER.search(tag["Value"]):
            raise errors.tag_value_invalid(tag["Value"])
        if tag["Key"] in keys:
            raise errors.tag_repeated(tag["Key"])
        keys[tag["Key"]] = tag["Value"]
    _check_count(keys)


def _check_key(key: str) -> None:
    if _REFUSED_CHARACTER.search(key):
        raise errors.tag_key_invalid(key)
    if key.lower().startswith(_RESERVED_PREFIX):
        raise errors.tag_key_reserved(key)


def _check_count(keys: Sequence[str] | dict[str, str]) -> None:
    if len(keys) > limits.TAGS_MAX:
        raise errors.too_many_tags()


async def tag_resource(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    if not request["Tags"]:
        raise errors.no_tags()
    check_tags(request["Tags"])
    table = await _tagged_table(engine, request["ResourceArn"], caller, "TagResource")

    def revise(before: TableRecord) -> TableRecord:
        tags = {**before.get("Tags", {}), **{tag["Key"]: tag["Value"] for tag in request["Tags"]}}
        _check_count(tags)
        return {**before, "Tags": tags}

    await engine.catalog.change(table.name, caller.namespace, revise)
    return EMPTY


async def untag_resource(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    keys = request["TagKeys"]
    if not keys:
        raise errors.no_tag_keys()
    for key in keys:
        _check_key(key)
    _check_count(keys)
    table = await _tagged_table(engine, request["ResourceArn"], caller, "UntagResource")

    def revise(before: TableRecord) -> TableRecord:
        return {**before, "Tags": {key: value for key, value in before.get("Tags", {}).items() if key not in keys}}

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
    name = _table_name(arn)
    table = await engine.catalog.find(name, caller.namespace)
    if table is not None:
        return table
    account = arn.split(":")[4]
    if account != caller.account or account == _NOBODY:
        raise errors.resource_of_another_account(f"arn:aws:iam::{caller.account}:root", action, arn)
    raise errors.resource_not_found(arn)


def _table_name(arn: str) -> str:
    """The table that an ARN names. Raises ValidationException for anything but a table's ARN."""
    if not arn.startswith("arn:"):
        raise errors.not_an_arn(arn)
    parts = arn.split(":", _TABLE_ARN_PARTS - 1)
    if len(parts) < _TABLE_ARN_PARTS or parts[2] != "dynamodb" or not parts[5].startswith("table/"):
        raise errors.not_a_resource(arn)
    name, _, part = parts[5].removeprefix("table/").partition("/")
    if part.startswith("backup/"):
        raise errors.not_a_resource(arn)
    if part:
        raise errors.not_a_table(arn)
    return name
