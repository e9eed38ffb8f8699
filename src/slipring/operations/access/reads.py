"""What Query and Scan need: of the index where they read one, else of the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from slipring.engine.table import Table
from slipring.iam.caller import Caller
from slipring.operations.access.needs import ItemKeys, Need, Partition, Request, read_parameters
from slipring.operations.access.resources import index_arn
from slipring.operations.reads.planning import plan_query, plan_scan
from slipring.operations.reads.selection import ReadPlan, find_index


def query(request: Request, caller: Caller) -> Iterator[Need]:
    """The leading key is that of what is read: an index has its own."""

    def attributes() -> Iterable[str]:
        plan, keys = plan_query(request)
        return chain(_named(plan), keys.attributes)

    def partitions(table: Table) -> list[Partition]:
        _, keys = plan_query(request)
        schema = find_index(table, request) or table
        values = request.get("ExpressionAttributeValues")
        bound = keys.bind(values, schema.hash_names, schema.range_names, schema.key_types)
        return [bound.hash_values]

    keys = ItemKeys(attributes, partitions, _parameters(request))
    yield Need("Query", index_arn(request["TableName"], request.get("IndexName"), caller), keys)


def scan(request: Request, caller: Caller) -> Iterator[Need]:
    """A Scan has no leading keys: the guide warns that it returns all items regardless of them."""
    keys = ItemKeys(lambda: _named(plan_scan(request)), lambda table: (), _parameters(request))
    yield Need("Scan", index_arn(request["TableName"], request.get("IndexName"), caller), keys)


def _parameters(request: Request) -> dict[str, str]:
    told = read_parameters(
        request, all_attributes="ALL_PROJECTED_ATTRIBUTES" if "IndexName" in request else "ALL_ATTRIBUTES"
    )
    return {**told, "dynamodb:select": request["Select"]} if "Select" in request else told


def _named(plan: ReadPlan) -> Iterable[str]:
    return chain(() if plan.projection is None else plan.projection.attributes, plan.filter_attributes)
