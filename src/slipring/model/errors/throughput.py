"""What is said of capacity: provisioned, on-demand and warm, of tables and of indexes."""

from __future__ import annotations

from slipring.model.errors.tree import ValidationException

_INVALID = "One or more parameter values were invalid: "
_INITIAL_THROUGHPUT = (
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html"
    "#on-demand-capacity-mode-initial"
)


def _invalid(rest: str) -> ValidationException:
    return ValidationException(_INVALID + rest)


def capacity_required() -> ValidationException:
    """Of a new table."""
    return _invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")


def capacity_required_to_switch() -> ValidationException:
    """Of a table that UpdateTable makes, or says it is, PROVISIONED."""
    return _invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")


def capacity_refused() -> ValidationException:
    return _invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
    )


def index_capacity_required(index: str) -> ValidationException:
    """Of an index created with its table."""
    return _invalid(f"ProvisionedThroughput is not specified for index: {index}")


def index_capacity_refused(index: str) -> ValidationException:
    """Of an index created with its table."""
    return _invalid(
        f"ProvisionedThroughput should not be specified for index: {index} when BillingMode is PAY_PER_REQUEST"
    )


def added_index_capacity_required(index: str) -> ValidationException:
    """Of an index that UpdateTable adds."""
    return _invalid(f"Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {index}")


def added_index_capacity_refused(index: str) -> ValidationException:
    """Of an index that UpdateTable adds."""
    return _invalid(
        f"Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {index} "
        "when BillingMode is PAY_PER_REQUEST"
    )


def index_capacity_required_to_switch(index: str) -> ValidationException:
    """A table becomes PROVISIONED, and this index is left without capacity."""
    return _invalid(f"ProvisionedThroughput must be specified for index: {index}")


def index_capacity_change_refused(index: str) -> ValidationException:
    """Also where an index's update says nothing at all."""
    return _invalid(
        f"The only Updates for index: {index} when TableThroughputMode is PAY_PER_REQUEST can be to "
        "OnDemandThroughput, WarmThroughput"
    )


def capacity_unchanged(index: str | None, read_units: int, write_units: int) -> ValidationException:
    """Of an index or, for None, the table."""
    which, provisioned = ("the table", "the table") if index is None else (f"the index {index}", f"index {index}")
    return ValidationException(
        f"The provisioned throughput for {which} will not change. The requested value equals the current value. "
        f"Current ReadCapacityUnits provisioned for {provisioned}: {read_units}. Requested ReadCapacityUnits: "
        f"{read_units}. Current WriteCapacityUnits provisioned for {provisioned}: {write_units}. Requested "
        f"WriteCapacityUnits: {write_units}. Refer to the Amazon DynamoDB Developer Guide for current limits and how "
        "to request higher limits."
    )


def on_demand_maximum_refused(member: str, index: str | None) -> ValidationException:
    """A new PROVISIONED table, or an index of it, is given a maximum. `member` is Max(Read|Write)RequestUnits."""
    of_index = "" if index is None else f" for index: {index}"
    return _invalid(
        f"{member} for OnDemandThroughput{of_index} cannot be specified when table BillingMode is PROVISIONED."
    )


def on_demand_maximum_change_refused(member: str, index: str | None) -> ValidationException:
    """The same, from UpdateTable."""
    of_index = "" if index is None else f" for index : {index}"
    return _invalid(
        f"{member} for OnDemandThroughput{of_index} cannot be specified when the table BillingMode is PROVISIONED"
    )


def on_demand_maximum_out_of_range(member: str, index: str | None) -> ValidationException:
    whose = "table" if index is None else f"index : {index}"
    return _invalid(f"Requested {member} for OnDemandThroughput for {whose} is outside of valid range")


def on_demand_maximum_with_other_changes() -> ValidationException:
    return _invalid("OnDemandThroughput can only be combined with BillingMode in an UpdateTable request")


def warm_throughput_below_initial(member: str, index: str | None) -> ValidationException:
    """`member` is (Read|Write)UnitsPerSecond."""
    return _invalid(
        f"Requested {member} for WarmThroughput for {_warm_owner(index)} is lower than initial throughput for "
        f"OnDemand. See: {_INITIAL_THROUGHPUT}"
    )


def warm_throughput_below_capacity(member: str, capacity_member: str, index: str | None) -> ValidationException:
    return _invalid(
        f"Requested {member} for WarmThroughput for {_warm_owner(index)} is lower than {capacity_member} of "
        "ProvisionedThroughput"
    )


def warm_throughput_lowered(member: str, index: str | None) -> ValidationException:
    return _invalid(
        f"Requested {member} for WarmThroughput for {_warm_owner(index)} is lower than current WarmThroughput, "
        "decreasing WarmThroughput is not supported"
    )


def index_warm_throughput_empty(index: str) -> ValidationException:
    return _invalid(
        "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for index: "
        f"{index}"
    )


def warm_throughput_with_new_index() -> ValidationException:
    return _invalid("Create global secondary index cannot be specified when updating WarmThroughput")


def _warm_owner(index: str | None) -> str:
    return "table" if index is None else f"index {index}"
