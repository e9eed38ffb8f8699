"""What triggers do, over HTTP and as figures."""

from __future__ import annotations

from slipring.admin.calls import AdminCalls, Body
from slipring.admin.samples import Samples
from slipring.triggers.triggers import Triggers


def add_trigger_calls(calls: AdminCalls, triggers: Triggers) -> None:
    async def describe(_body: Body) -> list[Body]:
        return await triggers.describe()

    calls.add("GET", "/_slipring/triggers", describe)


def trigger_samples(triggers: Triggers) -> Samples:
    samples: Samples = {}
    for each in triggers.counts:
        for name, value in (
            ("slipring_trigger_calls_total", each.calls),
            ("slipring_trigger_failed_calls_total", each.failed_calls),
            ("slipring_trigger_records_total", each.delivered_records),
            ("slipring_trigger_discarded_records_total", each.discarded_records),
            ("slipring_trigger_iterator_age_seconds", each.age_s),
        ):
            if value:
                samples.setdefault(name, {})[each.name,] = [value]
    return samples
