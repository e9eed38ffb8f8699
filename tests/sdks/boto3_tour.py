"""The tour with boto3's resource interface: native Python values, numbers as Decimal."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from tests.sdks.tour import BATCH, INDEX, PROBE, TABLE


def take_tour(name: str) -> dict[str, Any]:
    resource = boto3.resource("dynamodb")
    client = resource.meta.client
    seen: dict[str, Any] = {"retries": 0, "warnings": []}

    def count(parsed: dict[str, Any], **_: Any) -> None:
        seen["retries"] += parsed["ResponseMetadata"]["RetryAttempts"]

    client.meta.events.register("after-call.dynamodb", count)
    table = resource.create_table(TableName=name, **TABLE)
    table.wait_until_exists()
    table.reload()
    seen["table"] = {
        "status": table.table_status,
        "indexes": {index["IndexName"]: index["IndexStatus"] for index in table.global_secondary_indexes},
    }
    _items(table, seen)
    _batches(resource, table, seen)
    _reads(client, table, seen)
    _transactions(client, name, seen)
    seen["deleted"] = _wire(table.delete_item(Key=_PROBE_KEY, ReturnValues="ALL_OLD")["Attributes"])
    table.delete()
    table.wait_until_not_exists()
    seen["gone"] = _error(_failure(table.reload))
    return seen


def _items(table: Any, seen: dict[str, Any]) -> None:
    table.put_item(Item=_native(PROBE))
    seen["item"] = _wire(table.get_item(Key=_PROBE_KEY, ConsistentRead=True)["Item"])
    error = _failure(
        table.put_item,
        Item=_PROBE_KEY,
        ConditionExpression=Attr("pk").not_exists(),
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    seen["refused"], seen["refused_item"] = _error(error), error.response["Item"]
    updated = table.update_item(
        Key=_COUNTER_KEY,
        UpdateExpression="SET #count = if_not_exists(#count, :zero) + :one ADD words :words",
        ExpressionAttributeNames={"#count": "count"},
        ExpressionAttributeValues={":zero": 0, ":one": 1, ":words": {"new"}},
        ReturnValues="UPDATED_NEW",
    )
    seen["updated"] = _wire(updated["Attributes"])


def _batches(resource: Any, table: Any, seen: dict[str, Any]) -> None:
    writes = [{"PutRequest": {"Item": _native(item)}} for item in BATCH]
    seen["unprocessed"] = resource.batch_write_item(RequestItems={table.name: writes})["UnprocessedItems"]
    keys = [{"pk": "batch", "sk": number} for number in (0, 1, 99)]
    answer = resource.batch_get_item(RequestItems={table.name: {"Keys": keys}})
    assert answer["UnprocessedKeys"] == {}
    seen["batch"] = [_wire(item) for item in sorted(answer["Responses"][table.name], key=lambda item: item["sk"])]


def _reads(client: Any, table: Any, seen: dict[str, Any]) -> None:
    pages = []
    query = {"KeyConditionExpression": Key("pk").eq("batch"), "ScanIndexForward": False, "Limit": 5}
    while True:
        page = table.query(**query)
        pages.append([int(item["sk"]) for item in page["Items"]])
        if "LastEvaluatedKey" not in page:
            break
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    seen["pages"] = pages
    red = Key("colour").eq("red") & Key("sk").gte(4)
    paginator = client.get_paginator("query").paginate(
        TableName=table.name, IndexName=INDEX, KeyConditionExpression=red, PaginationConfig={"PageSize": 3}
    )
    seen["index_pages"] = [[int(item["sk"]) for item in page["Items"]] for page in paginator]
    scan = client.get_paginator("scan").paginate(
        TableName=table.name,
        FilterExpression=Attr("colour").eq("red") & Attr("sk").lt(3),
        PaginationConfig={"PageSize": 5},
    )
    found = scan.build_full_result()
    items = sorted([item["pk"], int(item["sk"])] for item in found["Items"])
    seen["scanned"] = {"items": items, "scanned": found["ScannedCount"]}


def _transactions(client: Any, name: str, seen: dict[str, Any]) -> None:
    first = {"pk": "batch", "sk": 0}
    check = {
        "TableName": name,
        "Key": first,
        "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    put = {"Put": {"TableName": name, "Item": {"pk": "third", "sk": 3}}}
    error = _failure(client.transact_write_items, TransactItems=[put, {"ConditionCheck": check}])
    seen["canceled"], seen["reasons"] = _error(error), error.response["CancellationReasons"]
    update = {
        "TableName": name,
        "Key": _COUNTER_KEY,
        "UpdateExpression": "SET #count = #count + :one",
        "ExpressionAttributeNames": {"#count": "count"},
        "ExpressionAttributeValues": {":one": 1},
    }
    last = {"pk": "batch", "sk": 11}
    client.transact_write_items(TransactItems=[put, {"Update": update}, {"Delete": {"TableName": name, "Key": last}}])
    projection: dict[str, Any] = {"ProjectionExpression": "#count", "ExpressionAttributeNames": {"#count": "count"}}
    gets: list[dict[str, Any]] = [{"Key": {"pk": "third", "sk": 3}}, {"Key": _COUNTER_KEY, **projection}, {"Key": last}]
    answer = client.transact_get_items(TransactItems=[{"Get": {"TableName": name, **get}} for get in gets])
    seen["transaction"] = [_wire(each["Item"]) if "Item" in each else None for each in answer["Responses"]]


def _native(item: dict[str, Any]) -> dict[str, Any]:
    return {name: TypeDeserializer().deserialize(_decoded(value)) for name, value in item.items()}


def _wire(item: dict[str, Any]) -> dict[str, Any]:
    return {name: TypeSerializer().serialize(value) for name, value in item.items()}


def _decoded(value: dict[str, Any]) -> dict[str, Any]:
    """A value as botocore hands it over: binaries as bytes."""
    ((kind, content),) = value.items()
    if kind == "B":
        return {"B": base64.b64decode(content)}
    return {"BS": [base64.b64decode(each) for each in content]} if kind == "BS" else value


def _failure(call: Any, **parameters: Any) -> ClientError:
    try:
        call(**parameters)
    except ClientError as error:
        return error
    raise AssertionError("the call must fail")


def _error(error: ClientError) -> list[str]:
    return [error.response["Error"]["Code"], error.response["Error"]["Message"]]


_PROBE_KEY = {"pk": "probe", "sk": 1}
_COUNTER_KEY = {"pk": "counter", "sk": 2}

if __name__ == "__main__":
    print(json.dumps(take_tour(sys.argv[1]), default=lambda value: base64.b64encode(bytes(value)).decode()))
