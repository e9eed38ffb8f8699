"""The JSON that goes out: the event as Lambda gets it, and what tells of a batch that was given up.

Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB" (the event) and "Retain discarded records for a DynamoDB
event source" (the invocation record).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from slipring.clock import iso_time
from slipring.triggers.batches import Batch, Record


def as_lambda_gets_it(record: dict[str, Any], stream_arn: str) -> dict[str, Any]:
    """A record of GetRecords with what Lambda adds, and its identity in Lambda's spelling."""
    told = {**record, "eventSourceARN": stream_arn}
    identity = record.get("userIdentity")
    if identity is not None:
        told["userIdentity"] = {"type": identity["Type"], "principalId": identity["PrincipalId"]}
    return told


def event(records: Sequence[Record]) -> bytes:
    return orjson.dumps({"Records": [record.event for record in records]})


def invocation_record(
    batch: Batch, *, trigger: str, shard_id: str, condition: str, error: str, request_id: str, now: float
) -> bytes:
    """What an on-failure destination gets, with the event itself in `payload`, as in an S3 bucket."""
    first, last = batch.records[0], batch.records[-1]
    told = {
        "requestContext": {
            "requestId": request_id,
            "functionArn": trigger,
            "condition": condition,
            "approximateInvokeCount": batch.failures,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": error or "Unhandled"},
        "version": "1.0",
        "timestamp": iso_time(now),
        "DDBStreamBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": first.sequence_number,
            "endSequenceNumber": last.sequence_number,
            "approximateArrivalOfFirstRecord": iso_time(first.time_s),
            "approximateArrivalOfLastRecord": iso_time(last.time_s),
            "batchSize": len(batch.records),
            "streamArn": first.event["eventSourceARN"],
        },
        "payload": event(batch.records).decode(),
    }
    return orjson.dumps(told)
