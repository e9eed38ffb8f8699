"""`python -m bench.workers`: how many times as many requests two workers answer as one.

Without `--share` each worker has a core and the load has what the workers leave, so on two cores only loads that cost
their client little can show it (a filter that few items pass, pages of a megabyte). With `--share 0.35` each worker has
so much of a core, by a control group of its own, and the load has the rest of the machine: that shows it for any load,
and needs Linux and root.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path

import click
from bench.peers.catalog import CREDENTIAL, STORES, slipring_start
from bench.peers.pairs import compare
from bench.peers.servers import Running, running
from bench.processes import children_of

from slipring.bench.endpoint import Endpoint
from slipring.bench.plan import Plan

_PERIOD_US = 100_000
_GROUPS = Path("/sys/fs/cgroup")


def _processes(pid: int) -> Iterator[int]:
    """A process and those below it."""
    yield pid
    for child in children_of(pid):
        yield from _processes(child)


@contextmanager
def _held_to(share: float, pid: int) -> Iterator[None]:
    """Give each process of a server at most this share of a core."""
    unified = (_GROUPS / "cgroup.controllers").exists()
    groups = []
    try:
        for each in _processes(pid):
            group = (_GROUPS if unified else _GROUPS / "cpu") / f"slipring-bench-{each}"
            group.mkdir()
            groups.append(group)
            quota_us = int(share * _PERIOD_US)
            if unified:
                (group / "cpu.max").write_text(f"{quota_us} {_PERIOD_US}")
            else:
                (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
                (group / "cpu.cfs_quota_us").write_text(str(quota_us))
            (group / "cgroup.procs").write_text(str(each))
        yield
    finally:
        for group in groups:
            parent = group.parent / "cgroup.procs"
            for member in (group / "cgroup.procs").read_text().split():
                parent.write_text(member)
            group.rmdir()


@contextmanager
def _serving(workers: int, scratch: Path, store: str, share: float | None) -> Iterator[Running]:
    start = partial(slipring_start, more=("--workers", str(workers)))
    cores = tuple(sorted(os.sched_getaffinity(0)))[: None if share else workers]
    with running(start, installed=scratch, scratch=scratch, store=store, cores=cores) as server:
        assert server.pid is not None
        with _held_to(share, server.pid) if share else nullcontext():
            yield server


@click.command()
@click.option("--workloads", default="query-filter,scan,batch-get", show_default=True, help="Which.")
@click.option("--share", type=float, help="How much of a core each worker has.  [default: a whole one]")
@click.option("--store", type=click.Choice(STORES), default="disk", show_default=True, help="Where data is kept.")
@click.option("--connections", default=64, show_default=True, help="How many.")
@click.option("--seconds", default=3.0, show_default=True, help="How long a run is.")
@click.option("--pairs", default=5, show_default=True, help="How many runs on each server, by turns.")
def main(workloads: str, share: float | None, store: str, connections: int, seconds: float, pairs: int) -> None:
    """Print each workload's requests a second with one worker and with two, and the median of the pairs' ratios."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        one, two = [stack.enter_context(_serving(workers, Path(folder), store, share)) for workers in (1, 2)]
        for workload in workloads.split(","):
            plan = Plan(
                endpoint=Endpoint("127.0.0.1", 0, tls=False),
                credential=CREDENTIAL,
                workload=workload,
                connections=connections,
                seconds=seconds,
                warm_up_seconds=0.5,
                items=2_000,
            )
            for row in compare([plan], two, one, pairs):
                runs = zip(row.theirs, row.ours, strict=True)
                told = [f"{a.result.throughput_per_s:,.0f} {b.result.throughput_per_s:,.0f}" for a, b in runs]
                print(f"{workload:14} {row.throughput_ratio:5.2f}   {', '.join(told)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
