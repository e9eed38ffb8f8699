"""Billing modes and what goes with each: provisioned capacity, on-demand maxima, warm throughput."""

from __future__ import annotations

from typing import Any

from slipring.model.errors import throughput as errors

ON_DEMAND = "PAY_PER_REQUEST"
PROVISIONED = "PROVISIONED"

ON_DEMAND_WARM_READ_UNITS = 12_000
ON_DEMAND_WARM_WRITE_UNITS = 4_000
"""What a new on-demand table can take at once (Developer Guide, "Understanding warm throughput")."""
NO_MAXIMUM = -1
"""The on-demand maximum that lifts the one before (API Reference, "OnDemandThroughput")."""

_CAPACITIES = ("ReadCapacityUnits", "WriteCapacityUnits")
_MAXIMA = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
_WARM = ("ReadUnitsPerSecond", "WriteUnitsPerSecond")


def billing_mode(record: dict[str, Any]) -> str:
    """Of a table's record."""
    mode: str = record.get("BillingModeSummary", {}).get("BillingMode", PROVISIONED)
    return mode


def check_new_table(mode: str, request: dict[str, Any], indexes: list[dict[str, Any]]) -> None:
    """The throughput of a table and of the indexes created with it. Raises ValidationException."""
    if mode == PROVISIONED and "ProvisionedThroughput" not in request:
        raise errors.capacity_required()
    if mode == ON_DEMAND and "ProvisionedThroughput" in request:
        raise errors.capacity_refused()
    _check_new(mode, request, None)
    for index in indexes:
        name = index["IndexName"]
        if mode == PROVISIONED and "ProvisionedThroughput" not in index:
            raise errors.index_capacity_required(name)
        if mode == ON_DEMAND and "ProvisionedThroughput" in index:
            raise errors.index_capacity_refused(name)
        _check_new(mode, index, name)


def check_added_index(mode: str, index: dict[str, Any]) -> None:
    """The throughput of an index that UpdateTable adds. Raises ValidationException."""
    name = index["IndexName"]
    if mode == PROVISIONED and "ProvisionedThroughput" not in index:
        raise errors.added_index_capacity_required(name)
    if mode == ON_DEMAND and "ProvisionedThroughput" in index:
        raise errors.added_index_capacity_refused(name)
    _check_new(mode, index, name)


def _check_new(mode: str, wanted: dict[str, Any], index: str | None) -> None:
    for member, units in _members(wanted.get("OnDemandThroughput", {}), _MAXIMA):
        if mode == PROVISIONED:
            raise errors.on_demand_maximum_refused(member, index)
        if units < 1:
            raise errors.on_demand_maximum_out_of_range(member, index)
    least = describe_warm_throughput({"ProvisionedThroughput": wanted.get("ProvisionedThroughput")})
    for member, capacity_member in zip(_WARM, _CAPACITIES, strict=True):
        units = wanted.get("WarmThroughput", {}).get(member)
        if units is not None and units < least[member]:
            if mode == PROVISIONED:
                raise errors.warm_throughput_below_capacity(member, capacity_member, index)
            raise errors.warm_throughput_below_initial(member, index)


def revise_capacity(record: dict[str, Any], wanted: dict[str, Any], index: str | None, now: float) -> None:
    """Change the capacity of a table's or an index's record. Raises ValidationException if it stays as it is."""
    before = record.get("ProvisionedThroughput")
    after = {**(before or {}), **dict(_members(wanted, _CAPACITIES))}
    if before is not None:
        pairs = [(before[unit], after[unit]) for unit in _CAPACITIES]
        if all(old == new for old, new in pairs):
            raise errors.capacity_unchanged(index, pairs[0][0], pairs[1][0])
        if any(new > old for old, new in pairs):
            after["LastIncreaseDateTime"] = now
        if any(new < old for old, new in pairs):
            after["LastDecreaseDateTime"] = now
    _keep_warm(record)
    record["ProvisionedThroughput"] = after


def drop_capacity(record: dict[str, Any]) -> None:
    """A table, or an index, becomes on-demand."""
    _keep_warm(record)
    record.pop("ProvisionedThroughput", None)


def _keep_warm(record: dict[str, Any]) -> None:
    """Warm throughput never falls, whatever becomes of the capacity that it came from (observed)."""
    warm = describe_warm_throughput(record)
    record["WarmThroughput"] = {member: warm[member] for member in _WARM}


def revise_maximum(record: dict[str, Any], wanted: dict[str, int], mode: str, index: str | None) -> None:
    """Change the on-demand maxima of a table's or an index's record. Raises ValidationException."""
    changes = _members(wanted, _MAXIMA)
    for member, units in changes:
        if mode == PROVISIONED:
            raise errors.on_demand_maximum_change_refused(member, index)
        if units < 1 and units != NO_MAXIMUM:
            raise errors.on_demand_maximum_out_of_range(member, index)
    record["OnDemandThroughput"] = {**record.get("OnDemandThroughput", {}), **dict(changes)}


def revise_warm_throughput(record: dict[str, Any], wanted: dict[str, int], index: str | None) -> None:
    """Raise the warm throughput of a table's or an index's record. Raises ValidationException if it would fall."""
    changes = _members(wanted, _WARM)
    if index is not None and not changes:
        raise errors.index_warm_throughput_empty(index)
    current = describe_warm_throughput(record)
    for member, units in changes:
        if units < current[member]:
            raise errors.warm_throughput_lowered(member, index)
    record["WarmThroughput"] = {**record.get("WarmThroughput", {}), **dict(changes)}


def _members(wanted: dict[str, int], names: tuple[str, ...]) -> list[tuple[str, int]]:
    """What is given of the members there are: a client may send others, which mean nothing."""
    return [(name, wanted[name]) for name in names if name in wanted]


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
