"""A server in the process of an asynchronous program, by aiobotocore's client and aioboto3's resource."""

from __future__ import annotations

import asyncio
import json

import slipring
from tests.sdks.tour import TABLE


async def use() -> dict[str, object]:
    async with slipring.Server() as server:
        async with server.aioclient() as client:
            await client.create_table(TableName="tour", **TABLE)
            await client.put_item(TableName="tour", Item={"pk": {"S": "a"}, "sk": {"N": "1"}})
        async with server.aioclient("dynamodbstreams") as streams:
            listed = await streams.list_streams(TableName="tour")
        async with server.aioresource() as resource:
            table = await resource.Table("tour")
            items = (await table.scan())["Items"]
    return {"keys": [item["pk"] for item in items], "streams": len(listed["Streams"])}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(use())))
