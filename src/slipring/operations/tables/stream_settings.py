"""StreamSpecification: turning a table's stream on and off."""

from __future__ import annotations

from typing import Any

from slipring.engine import streams
from slipring.engine.streams import StreamRecord
from slipring.engine.table import TableRecord
from slipring.iam.caller import Caller
from slipring.model.errors import streams as errors

_Specification = dict[str, Any]


def check(specification: _Specification | None) -> None:
    """A view type goes with a stream that is turned on, and only with that. Raises ValidationException."""
    if specification is None:
        return
    view_type = specification.get("StreamViewType")
    if specification["StreamEnabled"] and view_type is None:
        raise errors.view_type_missing()
    if not specification["StreamEnabled"] and view_type is not None:
        raise errors.view_type_refused()


def revised(record: TableRecord, specification: _Specification | None, now: float, last_label: str = "") -> TableRecord:
    """The table's record with its stream turned on or off. Raises ValidationException where one is on already."""
    if specification is None:
        return record
    current = record.get("Stream")
    is_enabled = current is not None and current["Enabled"]
    if specification["StreamEnabled"]:
        if is_enabled:
            raise errors.already_enabled(record["TableName"])
        return streams.enabled(record, specification["StreamViewType"], now, last_label)
    return streams.disabled(record, now)


def describe(stream: StreamRecord, caller: Caller) -> dict[str, Any]:
    """What a table's description tells of its stream; the last one's ARN stays when it is turned off."""
    told: dict[str, Any] = {
        "LatestStreamArn": stream_arn(stream["TableName"], stream["Label"], caller),
        "LatestStreamLabel": stream["Label"],
    }
    if stream["Enabled"]:
        told["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream["ViewType"]}
    return told


def stream_arn(table_name: str, label: str, caller: Caller) -> str:
    return f"arn:aws:dynamodb:{caller.region}:{caller.account}:table/{table_name}/stream/{label}"
