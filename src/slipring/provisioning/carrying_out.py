"""Plans, and carrying them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slipring.provisioning.asking import Asking, Call, Pause, Refused, unless
from slipring.provisioning.current import current_table
from slipring.provisioning.plan import Step, TablePlan, plan
from slipring.provisioning.settings import ARN, STREAM_ARN
from slipring.templates.desired import DesiredTable

_LOOK_AGAIN_S = 0.2
_LOOKS_MAX = 3000
"""Ten minutes for a table to settle. The service refuses a change of a table while another is going on."""


_ARNS = {ARN: "TableArn", STREAM_ARN: "LatestStreamArn"}
"""What DescribeTable tells under which name."""


class StepFailed(Exception):
    """A step was refused. The message tells table, step and reason."""


def plans(tables: Sequence[DesiredTable]) -> Asking[list[TablePlan]]:
    """What is to be done to each table. Changes nothing."""
    found = []
    for wanted in tables:
        current = yield from current_table(wanted.name)
        found.append(plan(wanted, current))
    return found


def carry_out(table_name: str, step: Step) -> Asking[None]:
    """Do one step, once the table has settled, and wait until it has again. Raises StepFailed."""
    parameters = dict(step.call.parameters)
    try:
        if step.call.operation != "CreateTable":
            yield from _settled(table_name)
        if parameters.get("ResourceArn") in _ARNS:
            described = yield Call("DescribeTable", {"TableName": table_name})
            parameters["ResourceArn"] = described["Table"][_ARNS[parameters["ResourceArn"]]]
        yield Call(step.call.operation, parameters)
        yield from _settled(table_name)
    except Refused as refused:
        raise StepFailed(f"table {table_name}: cannot {step.words}: {refused}") from None


def _settled(name: str) -> Asking[None]:
    """Wait until nothing is going on. A table that was just made may not be found yet: the service's descriptions are
    eventually consistent (API Reference, "DescribeTable")."""
    for _ in range(_LOOKS_MAX):
        described = yield from unless(Call("DescribeTable", {"TableName": name}), "ResourceNotFoundException")
        if described is not None and _is_settled(described["Table"]):
            return
        yield Pause(_LOOK_AGAIN_S)
    raise Refused("Timeout", "the table does not settle")


def _is_settled(description: dict[str, Any]) -> bool:
    states = [index.get("IndexStatus") for index in description.get("GlobalSecondaryIndexes", ())]
    return description["TableStatus"] == "ACTIVE" and all(state == "ACTIVE" for state in states)
