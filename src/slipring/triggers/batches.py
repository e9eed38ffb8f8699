"""What becomes of a batch that failed.

Lambda Developer Guide, "Retain discarded records for a DynamoDB event source" and "Configuring partial batch
response": a batch is tried again whole; or in halves, which does not count as a try; or from the first record on that
the target named. When its tries are used up, or its records too old, it is given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class Record(NamedTuple):
    """A stream record on its way."""

    position: int
    time_s: float
    """When the change was made."""
    event: dict[str, Any]
    """As Lambda gets it."""

    @property
    def sequence_number(self) -> str:
        number: str = self.event["dynamodb"]["SequenceNumber"]
        return number


class Batch(NamedTuple):
    """Records that are handed over together."""

    records: Sequence[Record]
    failures: int = 0

    @property
    def beyond(self) -> int:
        """The position after its last record."""
        return self.records[-1].position + 1


@dataclass(frozen=True, slots=True)
class Policy:
    """How often, and how, a batch is tried."""

    retries: int | None = None
    """None: as long as the stream has its records."""
    bisects: bool = False
    record_age_s: float | None = None


def next_tries(batch: Batch, failed_from: int, policy: Policy) -> list[Batch]:
    """The batches to try instead of one that failed, from a record of it on; none if it is given up."""
    if failed_from > 0:
        return [Batch(batch.records[failed_from:], 1)] if policy.retries != 0 else []
    count = len(batch.records)
    if policy.bisects and count > 1:
        half = (count + 1) // 2
        return [Batch(batch.records[:half], batch.failures), Batch(batch.records[half:], batch.failures)]
    failures = batch.failures + 1
    return [Batch(batch.records, failures)] if policy.retries is None or failures <= policy.retries else []


def failed_from(batch: Batch, response: Any) -> int | None:
    """Where a partial batch response says that the failures begin; None if nothing failed.

    The lowest of the sequence numbers counts. One that is not the batch's fails all of it, and so does a response of
    another form."""
    if not response:
        return None
    if not isinstance(response, dict):
        return 0
    failures = response.get("batchItemFailures")
    if not failures:
        return None
    places = {record.sequence_number: place for place, record in enumerate(batch.records)}
    try:
        return min([places[failure["itemIdentifier"]] for failure in failures])
    except (KeyError, TypeError):
        return 0


def too_old(batch: Batch, policy: Policy, now: float) -> int:
    """How many records at the beginning of a batch are older than the policy allows."""
    if policy.record_age_s is None:
        return 0
    since = now - policy.record_age_s
    return next((place for place, record in enumerate(batch.records) if record.time_s >= since), len(batch.records))
