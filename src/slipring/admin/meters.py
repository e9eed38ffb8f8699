"""What is counted of each request: two readings of the clock and two additions, some 0.2 µs."""

from __future__ import annotations

from collections.abc import Iterable

from slipring.admin.metrics import LATENCY_BOUNDS_S, NO_OPERATION
from slipring.admin.samples import Labels, Samples, Values
from slipring.model.errors.base import ApiError

_THROTTLES = frozenset(("ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"))


class Meter:
    """The counters of one operation."""

    __slots__ = ("_errors", "answers", "operation", "seconds")

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self.answers = [0] * (len(LATENCY_BOUNDS_S) + 1)
        """How many requests succeeded within each bound but not within the one before it. The edge raises them."""
        self.seconds = 0.0
        """How long they took together."""
        self._errors: dict[type[ApiError], int] = {}

    def failed(self, error: ApiError) -> None:
        """Count a request that was answered with `error`."""
        kind = type(error)
        self._errors[kind] = self._errors.get(kind, 0) + 1

    def add_to(self, samples: Samples) -> None:
        """Add the figures, if there are any."""
        answers = sum(self.answers)
        errors = sum(self._errors.values())
        labels = (self.operation,)
        if answers or errors:
            _add(samples, "slipring_requests_total", labels, [answers + errors])
        if answers:
            _add(samples, "slipring_request_duration_seconds", labels, [*self.answers, self.seconds])
        for kind, count in self._errors.items():
            _add(samples, "slipring_errors_total", (*labels, kind.__name__), [count])
            split = samples.setdefault(_split(kind), {})
            split[labels] = [split.get(labels, [0])[0] + count]


class Meters:
    """The meters of all operations."""

    def __init__(self, operations: Iterable[str]) -> None:
        self.none = Meter(NO_OPERATION)
        """For requests that name no operation."""
        self._meters = {operation: Meter(operation) for operation in operations}

    def __getitem__(self, operation: str) -> Meter:
        return self._meters[operation]

    def samples(self) -> Samples:
        samples: Samples = {}
        for meter in (*self._meters.values(), self.none):
            meter.add_to(samples)
        return samples


def _add(samples: Samples, name: str, labels: Labels, values: Values) -> None:
    samples.setdefault(name, {})[labels] = values


def _split(kind: type[ApiError]) -> str:
    """Which one of CloudWatch's metrics counts an error (Developer Guide, "DynamoDB metrics and dimensions")."""
    if kind.status >= 500:
        return "slipring_system_errors_total"
    if kind.__name__ in _THROTTLES:
        return "slipring_throttled_requests_total"
    if kind.__name__ == "ConditionalCheckFailedException":
        return "slipring_conditional_check_failed_requests_total"
    return "slipring_user_errors_total"
