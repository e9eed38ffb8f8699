"""Contributor insights, which are CloudWatch's: never on, and told so."""

from __future__ import annotations

from typing import Any

from slipring.engine.engine import Engine
from slipring.iam.caller import Caller
from slipring.model.errors import indexes as index_errors
from slipring.model.errors import tables as errors
from slipring.operations.answers import answer
from slipring.operations.tables.describe import find_table

Answered = dict[str, Any]


async def describe_contributor_insights(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    return answer({**await _named(engine, request, caller), "ContributorInsightsStatus": "DISABLED"})


async def update_contributor_insights(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """Turning them off changes nothing; turning them on is refused, for nothing would come of it."""
    named = await _named(engine, request, caller)
    if request["ContributorInsightsAction"] == "ENABLE":
        raise errors.member_not_supported("ContributorInsightsAction ENABLE")
    return answer({**named, "ContributorInsightsStatus": "DISABLED"})


async def list_contributor_insights(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    """None were ever on."""
    if "TableName" in request:
        await find_table(engine, request["TableName"], caller)
    return answer({"ContributorInsightsSummaries": []})


async def _named(engine: Engine, request: dict[str, Any], caller: Caller) -> Answered:
    """The table, and the index if one is asked about. Raises ResourceNotFoundException."""
    table = await find_table(engine, request["TableName"], caller)
    if "IndexName" not in request:
        return {"TableName": table.name}
    index = request["IndexName"]
    if not any(each.name == index and each.is_global for each in table.indexes):
        raise index_errors.index_of_table_not_found(index, table.name)
    return {"TableName": table.name, "IndexName": index}
