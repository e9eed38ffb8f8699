"""DescribeKinesisStreamingDestination. A table never has one: there is no Kinesis beside this server."""

from __future__ import annotations

from typing import Any

from slipring.engine.engine import Engine
from slipring.iam.caller import Caller
from slipring.operations.answers import answer
from slipring.operations.tables.describe import find_table


async def describe_kinesis_streaming_destination(
    engine: Engine, request: dict[str, Any], caller: Caller
) -> list[bytes]:
    table = await find_table(engine, request["TableName"], caller)
    return answer({"TableName": table.name, "KinesisDataStreamDestinations": []})
