"""What a load consists of: one workload for each kind of request, and YCSB's mixes."""

from __future__ import annotations

from slipring.bench.workloads import batches, indexes, reads, writes, ycsb
from slipring.bench.workloads.workload import Workload

WORKLOADS: dict[str, Workload] = {
    each.name: each
    for each in (
        *reads.POINT,
        *writes.ALL,
        *reads.RANGES,
        *batches.ALL,
        *indexes.ALL,
        *ycsb.ALL,
    )
}
"""Every workload by name."""
