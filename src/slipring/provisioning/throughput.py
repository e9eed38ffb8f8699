"""What a table that is there already, and the indexes that it keeps, may be asked for in a second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipring.provisioning.asking import Call
from slipring.provisioning.indexes import globals_of
from slipring.provisioning.words import capacity_words
from slipring.templates.desired import Definition, DesiredTable

Changes = Iterator[tuple[str, Call]]

_MAXIMA = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
_NO_MAXIMUM = -1


def capacity_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """Billing mode and capacity. A table that becomes provisioned has to name the capacity of all its indexes."""
    before, after = current.definition, wanted.definition
    switches = before["BillingMode"] != after["BillingMode"]
    request: dict[str, Any] = {"BillingMode": after["BillingMode"]} if switches else {}
    if after["BillingMode"] == "PROVISIONED":
        if "ProvisionedThroughput" in after and (switches or _capacity(before) != _capacity(after)):
            request["ProvisionedThroughput"] = _capacity(after)
        updates = [
            {"Update": {"IndexName": name, "ProvisionedThroughput": _capacity(new)}}
            for name, old, new in _kept(before, after)
            if switches or _capacity(old) != _capacity(new)
        ]
        if updates:
            request["GlobalSecondaryIndexUpdates"] = updates
    if request:
        yield f"provide {capacity_words(after)}", _update(wanted, request)


def maximum_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """The most that an on-demand table takes. A table's comes alone, then those of its indexes."""
    before, after = current.definition, wanted.definition
    if after["BillingMode"] != "PAY_PER_REQUEST":
        return
    if _maxima(after) != _maxima(before):
        yield f"take {_maximum_words(after)} a second", _update(wanted, {"OnDemandThroughput": _maxima(after)})
    for name, old, new in _kept(before, after):
        if _maxima(new) != _maxima(old):
            update = {"IndexName": name, "OnDemandThroughput": _maxima(new)}
            call = _update(wanted, {"GlobalSecondaryIndexUpdates": [{"Update": update}]})
            yield f"take {_maximum_words(new)} a second in the index {name}", call


def warm_calls(wanted: DesiredTable, current: DesiredTable) -> Changes:
    """What a table is ready for at once. It never falls, so what is as much or more already is left."""
    before, after = current.definition, wanted.definition
    if (raised := _raised_warmth(before, after)) is not None:
        yield f"be ready for {_warm_words(raised)}", _update(wanted, {"WarmThroughput": raised})
    for name, old, new in _kept(before, after):
        if (raised := _raised_warmth(old, new)) is not None:
            update = {"IndexName": name, "WarmThroughput": raised}
            call = _update(wanted, {"GlobalSecondaryIndexUpdates": [{"Update": update}]})
            yield f"be ready for {_warm_words(raised)} in the index {name}", call


def _kept(before: Definition, after: Definition) -> Iterator[tuple[str, Definition, Definition]]:
    """The global indexes that stay: name, as it is, as it should be."""
    there = globals_of(before)
    return ((name, there[name], index) for name, index in globals_of(after).items() if name in there)


def _capacity(definition: Definition) -> dict[str, Any]:
    capacity: dict[str, Any] = definition.get("ProvisionedThroughput", {})
    return capacity


def _maxima(definition: Definition) -> dict[str, int]:
    given = definition.get("OnDemandThroughput", {})
    return {name: given.get(name, _NO_MAXIMUM) for name in _MAXIMA}


def _maximum_words(definition: Definition) -> str:
    reads, writes = ("any number of" if units == _NO_MAXIMUM else units for units in _maxima(definition).values())
    return f"{reads} read and {writes} write units at the most"


def _raised_warmth(before: Definition, after: Definition) -> dict[str, int] | None:
    wanted, there = after.get("WarmThroughput", {}), before.get("WarmThroughput", {})
    raised = {name: max(units, there.get(name, 0)) for name, units in wanted.items()}
    return raised if any(units > there.get(name, 0) for name, units in raised.items()) else None


def _warm_words(warm: dict[str, int]) -> str:
    return " and ".join(f"{units} {name}" for name, units in warm.items())


def _update(table: DesiredTable, change: dict[str, Any]) -> Call:
    return Call("UpdateTable", {"TableName": table.name, **change})
