"""Time to live over HTTP, and what LocalStack's users are used to.

`POST /_slipring/ttl` deletes what has expired, now. `DELETE /_aws/dynamodb/expired` and `GET /_localstack/health` are
LocalStack's paths for that and for health (LocalStack's documentation, "DynamoDB" and "Internal endpoints").
"""

from __future__ import annotations

from slipring import __version__
from slipring.admin.calls import AdminCalls, Body
from slipring.engine.engine import Engine


def add_upkeep_calls(calls: AdminCalls, engine: Engine) -> None:
    async def expire(_body: Body) -> Body:
        return {"deleted": await engine.time_to_live.run_now()}

    async def expire_as_localstack(_body: Body) -> Body:
        return {"ExpiredItems": await engine.time_to_live.run_now()}

    async def health(_body: Body) -> Body:
        services = {"dynamodb": "running", "dynamodbstreams": "running"}
        return {"services": services, "edition": "slipring", "version": __version__}

    calls.add("POST", "/_slipring/ttl", expire)
    calls.add("DELETE", "/_aws/dynamodb/expired", expire_as_localstack)
    calls.add("GET", "/_localstack/health", health)
