"""What a trigger has done in this process."""

from __future__ import annotations


class TriggerCounts:
    """Counters that only grow, and how far behind it is."""

    __slots__ = ("age_s", "calls", "delivered_records", "discarded_records", "failed_calls", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.calls = 0
        self.failed_calls = 0
        self.delivered_records = 0
        self.discarded_records = 0
        self.age_s = 0.0
        """How old the last record of the latest batch was when the batch was handed over."""
