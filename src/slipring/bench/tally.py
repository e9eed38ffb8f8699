"""What a load has shown."""

from __future__ import annotations

from collections import Counter, defaultdict

from slipring.bench.histogram import Histogram

UNANSWERED = "Unanswered"
"""The code of requests that had no answer when the run, and a while of grace, was over."""


class Tally:
    """Latencies by kind of step, and errors by code."""

    __slots__ = (
        "begun_ns",
        "client_cpu",
        "ended_ns",
        "errors",
        "latencies",
        "received_bytes",
        "reconnects",
        "sent",
        "unanswered",
    )

    def __init__(self) -> None:
        self.latencies: defaultdict[str, Histogram] = defaultdict(Histogram)
        """By kind, those of the steps that were answered without an error."""
        self.unanswered = Histogram()
        """How long those had waited that were never answered."""
        self.errors: Counter[str] = Counter()
        self.reconnects = 0
        self.sent = 0
        """How many steps were begun."""
        self.received_bytes = 0
        self.begun_ns = 0
        self.ended_ns = 0
        """When the last step was answered."""
        self.client_cpu: list[float] = []
        """How much of a core each client process used, from 0 to 1."""

    def answered(self) -> int:
        """How many steps were answered without an error."""
        return sum(each.count for each in self.latencies.values())

    def overall(self) -> Histogram:
        """The latencies of all steps; one that was never answered counts with what it had waited."""
        whole = Histogram()
        whole.merge(self.unanswered)
        for each in self.latencies.values():
            whole.merge(each)
        return whole

    def seconds(self) -> float:
        """From the beginning to the last answer."""
        return max(self.ended_ns - self.begun_ns, 1) / 1e9

    def merge(self, other: Tally) -> None:
        """Add what another process saw in the same run."""
        for kind, latencies in other.latencies.items():
            self.latencies[kind].merge(latencies)
        self.unanswered.merge(other.unanswered)
        self.errors += other.errors
        self.reconnects += other.reconnects
        self.sent += other.sent
        self.received_bytes += other.received_bytes
        self.begun_ns = min(self.begun_ns, other.begun_ns) if self.begun_ns else other.begun_ns
        self.ended_ns = max(self.ended_ns, other.ended_ns)
        self.client_cpu += other.client_cpu
