"""Figures of the store and of the tables in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from slipring.admin.samples import Samples, single
from slipring.engine.scrub.passes import Passes
from slipring.engine.usage import Usages
from slipring.storage.contract import Store

if TYPE_CHECKING:
    from slipring.engine.renewal import Renewal

_FIGURES = {
    "bytes_on_disk": "slipring_store_bytes",
    "commits": "slipring_store_commits_total",
    "groups": "slipring_store_commit_groups_total",
    "segments_waiting": "slipring_store_segments_waiting",
}
"""The metrics for what a store tells of itself, as far as it does."""


def store_samples(store: Store) -> Samples:
    told = store.describe()
    samples: Samples = {"slipring_store_info": {(told["kind"], told["durability"]): [1.0]}}
    for name, metric in _FIGURES.items():
        if name in told:
            samples[metric] = single(told[name])
    return samples


def journal_samples(sizes: Mapping[str, tuple[int, int]]) -> Samples:
    """Of each table with a journal, records and bytes."""
    if not sizes:
        return {}
    return {
        "slipring_journal_records": {(table,): [float(records)] for table, (records, _) in sizes.items()},
        "slipring_journal_bytes": {(table,): [float(size)] for table, (_, size) in sizes.items()},
    }


def scrub_samples(passes: Passes) -> Samples:
    if not passes.last_at:
        return {}
    return {
        "slipring_scrub_time_seconds": single(passes.last_at),
        "slipring_scrub_differences": single(passes.differences),
    }


def renewal_samples(renewal: Renewal | None) -> Samples:
    if renewal is None:
        return {}
    return {
        "slipring_renewal_tables_waiting": single(renewal.tables_waiting),
        "slipring_renewed_values_total": single(renewal.renewed),
    }


def table_samples(usages: Usages) -> Samples:
    """Only what was used at all has samples."""
    samples: Samples = {}
    for usage in usages.all():
        labels = (usage.table, usage.index)
        for name, value in (
            ("slipring_consumed_read_capacity_units_total", usage.read_units),
            ("slipring_consumed_write_capacity_units_total", usage.write_units),
            ("slipring_returned_items_total", usage.returned_items),
        ):
            if value:
                samples.setdefault(name, {})[labels] = [value]
        if usage.expired_items:
            samples.setdefault("slipring_expired_items_total", {})[usage.table,] = [usage.expired_items]
    return samples
