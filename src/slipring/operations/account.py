"""DescribeLimits and DescribeEndpoints: what the account and the endpoint offer."""

from __future__ import annotations

from typing import Any

from slipring.engine.engine import Engine
from slipring.iam.caller import Caller
from slipring.operations.answers import answer

_ACCOUNT_UNITS_MAX = 80_000
_TABLE_UNITS_MAX = 40_000
"""The service's defaults in most regions (Developer Guide, "Quotas"); Slipring itself has no such bound."""
_ENDPOINT_CACHE_MINUTES = 1440


async def describe_limits(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    return answer(
        {
            "AccountMaxReadCapacityUnits": _ACCOUNT_UNITS_MAX,
            "AccountMaxWriteCapacityUnits": _ACCOUNT_UNITS_MAX,
            "TableMaxReadCapacityUnits": _TABLE_UNITS_MAX,
            "TableMaxWriteCapacityUnits": _TABLE_UNITS_MAX,
        }
    )


async def describe_endpoints(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """The host that the client already found, so that endpoint discovery leads back here."""
    return answer({"Endpoints": [{"Address": caller.host, "CachePeriodInMinutes": _ENDPOINT_CACHE_MINUTES}]})
