"""A server in the process of an asynchronous program, by aiobotocore's client and aioboto3's resource."""

from __future__ import annotations

import asyncio
import json

from aiobotocore.config import AioConfig as Config
from botocore.exceptions import ReadTimeoutError

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
        direct = await without_a_socket(server)
    return {"keys": [item["pk"] for item in items], "streams": len(listed["Streams"]), **direct}


async def without_a_socket(server: slipring.Server) -> dict[str, object]:
    """The same, handed over within the process: answers, errors, many at once, and a server that does not answer."""
    async with server.aioclient(transport="direct") as client:
        keys = [{"pk": {"S": str(place)}, "sk": {"N": "1"}} for place in range(20)]
        await asyncio.gather(*[client.put_item(TableName="tour", Item=key) for key in keys])
        found = await asyncio.gather(*[client.get_item(TableName="tour", Key=key) for key in keys])
        try:
            await client.get_item(TableName="missing", Key=keys[0])
        except client.exceptions.ResourceNotFoundException as error:
            code = error.response["Error"]["Code"]
    async with server.aioresource(transport="direct") as resource:
        table = await resource.Table("tour")
        count = (await table.scan())["Count"]
    hasty = Config(read_timeout=0.05, retries={"total_max_attempts": 1})
    async with server.aioclient(transport="direct", config=hasty) as client:
        server.faults.add(connection="stall")
        try:
            await client.list_tables()
        except ReadTimeoutError:
            server.faults.clear()
    return {"direct": [each["Item"] for each in found] == keys, "code": code, "count": count}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(use())))
