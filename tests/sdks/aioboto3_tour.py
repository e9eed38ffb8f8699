"""The tour with aioboto3's client: values in the wire's form, several calls at once."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import Awaitable
from typing import Any

import aioboto3
from botocore.exceptions import ClientError

from tests.sdks.tour import BATCH, INDEX, PROBE, TABLE

Seen = dict[str, Any]

_PROBE_KEY = {"pk": PROBE["pk"], "sk": PROBE["sk"]}
_COUNTER_KEY = {"pk": {"S": "counter"}, "sk": {"N": "2"}}


async def take_tour(name: str) -> Seen:
    seen: Seen = {"retries": 0, "warnings": []}

    def count(parsed: dict[str, Any], **_: Any) -> None:
        seen["retries"] += parsed["ResponseMetadata"]["RetryAttempts"]

    async with aioboto3.Session().client("dynamodb") as client:
        client.meta.events.register("after-call.dynamodb", count)
        await client.create_table(TableName=name, **TABLE)
        await client.get_waiter("table_exists").wait(TableName=name)
        table = (await client.describe_table(TableName=name))["Table"]
        indexes = {index["IndexName"]: index["IndexStatus"] for index in table["GlobalSecondaryIndexes"]}
        seen["table"] = {"status": table["TableStatus"], "indexes": indexes}
        await asyncio.gather(_items(client, name, seen), _batches(client, name, seen))
        await asyncio.gather(_queries(client, name, seen), _scan(client, name, seen))
        await _transactions(client, name, seen)
        deleted = await client.delete_item(TableName=name, Key=_PROBE_KEY, ReturnValues="ALL_OLD")
        seen["deleted"] = deleted["Attributes"]
        await client.delete_table(TableName=name)
        await client.get_waiter("table_not_exists").wait(TableName=name)
        seen["gone"] = _error(await _failure(client.describe_table(TableName=name)))
    return seen


async def _items(client: Any, name: str, seen: Seen) -> None:
    await client.put_item(TableName=name, Item=_decoded(PROBE))
    seen["item"] = (await client.get_item(TableName=name, Key=_PROBE_KEY, ConsistentRead=True))["Item"]
    put = client.put_item(
        TableName=name,
        Item=_PROBE_KEY,
        ConditionExpression="attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    error = await _failure(put)
    seen["refused"], seen["refused_item"] = _error(error), error.response["Item"]
    updated = await client.update_item(
        TableName=name,
        Key=_COUNTER_KEY,
        UpdateExpression="SET #count = if_not_exists(#count, :zero) + :one ADD words :words",
        ExpressionAttributeNames={"#count": "count"},
        ExpressionAttributeValues={":zero": {"N": "0"}, ":one": {"N": "1"}, ":words": {"SS": ["new"]}},
        ReturnValues="UPDATED_NEW",
    )
    seen["updated"] = updated["Attributes"]


async def _batches(client: Any, name: str, seen: Seen) -> None:
    writes = [{"PutRequest": {"Item": item}} for item in BATCH]
    seen["unprocessed"] = (await client.batch_write_item(RequestItems={name: writes}))["UnprocessedItems"]
    keys = [{"pk": {"S": "batch"}, "sk": {"N": number}} for number in ("0", "1", "99")]
    answer = await client.batch_get_item(RequestItems={name: {"Keys": keys}})
    assert answer["UnprocessedKeys"] == {}
    seen["batch"] = sorted(answer["Responses"][name], key=lambda item: int(item["sk"]["N"]))


async def _queries(client: Any, name: str, seen: Seen) -> None:
    table_pages = client.get_paginator("query").paginate(
        TableName=name,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "batch"}},
        ScanIndexForward=False,
        PaginationConfig={"PageSize": 5},
    )
    seen["pages"] = [[int(item["sk"]["N"]) for item in page["Items"]] async for page in table_pages]
    index_pages = client.get_paginator("query").paginate(
        TableName=name,
        IndexName=INDEX,
        KeyConditionExpression="colour = :colour AND sk >= :least",
        ExpressionAttributeValues={":colour": {"S": "red"}, ":least": {"N": "4"}},
        PaginationConfig={"PageSize": 3},
    )
    seen["index_pages"] = [[int(item["sk"]["N"]) for item in page["Items"]] async for page in index_pages]


async def _scan(client: Any, name: str, seen: Seen) -> None:
    pages = client.get_paginator("scan").paginate(
        TableName=name,
        FilterExpression="colour = :colour AND sk < :end",
        ExpressionAttributeValues={":colour": {"S": "red"}, ":end": {"N": "3"}},
        PaginationConfig={"PageSize": 5},
    )
    found = await pages.build_full_result()
    items = sorted([item["pk"]["S"], int(item["sk"]["N"])] for item in found["Items"])
    seen["scanned"] = {"items": items, "scanned": found["ScannedCount"]}


async def _transactions(client: Any, name: str, seen: Seen) -> None:
    third = {"pk": {"S": "third"}, "sk": {"N": "3"}}
    check = {
        "TableName": name,
        "Key": {"pk": {"S": "batch"}, "sk": {"N": "0"}},
        "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    put = {"Put": {"TableName": name, "Item": third}}
    error = await _failure(client.transact_write_items(TransactItems=[put, {"ConditionCheck": check}]))
    seen["canceled"], seen["reasons"] = _error(error), error.response["CancellationReasons"]
    names = {"ExpressionAttributeNames": {"#count": "count"}}
    update = {
        "TableName": name,
        "Key": _COUNTER_KEY,
        "UpdateExpression": "SET #count = #count + :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
        **names,
    }
    last = {"pk": {"S": "batch"}, "sk": {"N": "11"}}
    delete = {"Delete": {"TableName": name, "Key": last}}
    await client.transact_write_items(TransactItems=[put, {"Update": update}, delete])
    gets: list[dict[str, Any]] = [
        {"Key": third},
        {"Key": _COUNTER_KEY, "ProjectionExpression": "#count", **names},
        {"Key": last},
    ]
    answer = await client.transact_get_items(TransactItems=[{"Get": {"TableName": name, **get}} for get in gets])
    seen["transaction"] = [each.get("Item") for each in answer["Responses"]]


def _decoded(item: dict[str, Any]) -> dict[str, Any]:
    """An item as botocore wants it: binaries as bytes."""
    decoded = dict(item)
    for name, value in item.items():
        if "B" in value:
            decoded[name] = {"B": base64.b64decode(value["B"])}
        elif "BS" in value:
            decoded[name] = {"BS": [base64.b64decode(each) for each in value["BS"]]}
    return decoded


async def _failure(call: Awaitable[Any]) -> ClientError:
    try:
        await call
    except ClientError as error:
        return error
    raise AssertionError("the call must fail")


def _error(error: ClientError) -> list[str]:
    return [error.response["Error"]["Code"], error.response["Error"]["Message"]]


if __name__ == "__main__":
    seen = asyncio.run(take_tour(sys.argv[1]))
    print(json.dumps(seen, default=lambda value: base64.b64encode(value).decode()))
