"""Billing modes and what goes with each: provisioned capacity, on-demand maxima, warm throughput."""

from __future__ import annotations

from typing import Any

from slipring.model.errors import tables as errors

ON_DEMAND = "PAY_PER_REQUEST"
PROVISIONED = "PROVISIONED"

ON_DEMAND_WARM_READ_UNITS = 12_000
ON_DEMAND_WARM_WRITE_UNITS = 4_000
"""What a new on-demand table can take at once (Developer Guide, "Understanding warm throughput")."""


def check_capacity(billing_mode: str, request: dict[str, Any], indexes: list[dict[str, Any]]) -> None:
    """The table's and its new indexes' throughput fit the billing mode. Raises ValidationException."""
    provisioned = billing_mode == PROVISIONED
    capacity = request.get("ProvisionedThroughput")
    if provisioned and capacity is None:
        raise errors.capacity_required()
    if not provisioned and capacity is not None:
        raise errors.capacity_refused()
    if provisioned and "OnDemandThroughput" in request:
        raise errors.on_demand_throughput_refused()
    for index in indexes:
        check_index_capacity(billing_mode, index)


def check_index_capacity(billing_mode: str, index: dict[str, Any]) -> None:
    """The same for one index."""
    if billing_mode == PROVISIONED and "ProvisionedThroughput" not in index:
        raise errors.index_capacity_required(index["IndexName"])
    if billing_mode == ON_DEMAND and "ProvisionedThroughput" in index:
        raise errors.index_capacity_refused(index["IndexName"])


def describe_capacity(record: dict[str, Any]) -> dict[str, Any]:
    """ProvisionedThroughput as descriptions give it; zeros for on-demand."""
    capacity = record.get("ProvisionedThroughput") or {}
    told: dict[str, Any] = {
        name: capacity[name] for name in ("LastIncreaseDateTime", "LastDecreaseDateTime") if name in capacity
    }
    return {
        **told,
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": capacity.get("ReadCapacityUnits", 0),
        "WriteCapacityUnits": capacity.get("WriteCapacityUnits", 0),
    }


def describe_warm_throughput(record: dict[str, Any]) -> dict[str, Any]:
    """WarmThroughput: what was asked for, or what the billing mode gives."""
    capacity = record.get("ProvisionedThroughput") or {}
    warm = record.get("WarmThroughput") or {}
    read_units = max(
        warm.get("ReadUnitsPerSecond", 0), capacity.get("ReadCapacityUnits", 0) or ON_DEMAND_WARM_READ_UNITS
    )
    write_units = max(
        warm.get("WriteUnitsPerSecond", 0), capacity.get("WriteCapacityUnits", 0) or ON_DEMAND_WARM_WRITE_UNITS
    )
    return {"ReadUnitsPerSecond": read_units, "WriteUnitsPerSecond": write_units, "Status": "ACTIVE"}
