"""`python -m bench.peers`."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import monotonic

import click
from bench.peers.catalog import CREDENTIAL, PEERS, STORES, slipring_start
from bench.peers.packages import InstallError, install, version
from bench.peers.pairs import compare
from bench.peers.record import ALL, BEHIND, MISSING, Place, Record
from bench.peers.report import Comparison
from bench.peers.servers import Running, StartError, running

from slipring.bench import stub
from slipring.bench.endpoint import Endpoint
from slipring.bench.plan import BenchError, Plan
from slipring.bench.workloads import WORKLOADS

ECHO = "echo"
"""Not a peer but a yardstick: this package's event loop and HTTP parser, and nothing behind them."""
_SCRATCH = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slipring" / "peers"


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that is the same for all comparisons."""

    workloads: list[str]
    connections: list[int]
    plan: Plan
    pairs: int
    server_cores: tuple[int, ...]
    scratch: Path
    serve_flags: tuple[str, ...]
    record: Record
    which: str
    """Which rows to measure: see `Record.wants`."""
    until_s: float
    """When no further row is begun, by the monotonic clock."""

    def wanted(self, peer: str, store: str) -> dict[str, list[Plan]]:
        """What is to be measured on a peer, by workload."""
        plans = {
            workload: [
                replace(self.plan, workload=workload, connections=connections)
                for connections in self.connections
                if self.record.wants(Place(peer, store, workload, connections), self.which)
            ]
            for workload in self.workloads
        }
        return {workload: each for workload, each in plans.items() if each}

    def compare(self, comparison: Comparison, theirs: Running) -> Comparison:
        """Fill a comparison with rows."""
        start = partial(slipring_start, more=self.serve_flags)
        place = {"installed": self.scratch, "scratch": self.scratch}
        with running(start, **place, store=comparison.store, cores=self.server_cores) as ours:
            for workload, plans in self.wanted(comparison.peer, comparison.store).items():
                if monotonic() > self.until_s:
                    click.echo("the time is up; call again with the same --json to go on", err=True)
                    break
                click.echo(f"{comparison.peer}, {comparison.store}: {workload}", err=True)
                for row in compare(plans, ours, theirs, self.pairs, stub=comparison.yardstick):
                    comparison.rows.append(row)
                    self.record.add(comparison, row)
        return comparison


@click.command()
@click.option("--peers", default=",".join(PEERS), show_default=True, help=f"Which; '{ECHO}' is a server of nothing.")
@click.option("--workloads", default=",".join(WORKLOADS), help="Which.  [default: all]")
@click.option("--stores", default=",".join(STORES), show_default=True, help="Where servers keep their data.")
@click.option("--connections", default="16,64", show_default=True, help="How many; a row for each.")
@click.option("--seconds", default=3.0, show_default=True, help="How long a run is.")
@click.option("--warm-up-seconds", default=1.0, show_default=True, help="How long to warm up before each.")
@click.option("--pairs", default=3, show_default=True, help="How many runs on each server, by turns.")
@click.option("--items", default=10_000, show_default=True, help="How many items a table begins with.")
@click.option("--prepared", default=10_000, show_default=True, help="How many requests are signed beforehand.")
@click.option("--cores", default="0:1", show_default=True, help="The server's cores, a colon, and the load's.")
@click.option("--endpoint", metavar="URL", help="Compare with this server, which runs already, instead of the peers.")
@click.option("--serve-flags", default="", help="Further flags for `slipring serve`.")
@click.option("--scratch", type=click.Path(path_type=Path), default=_SCRATCH, help="Where peers are installed.")
@click.option(
    "--json",
    "report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all figures here, row by row. What is there already is kept.",
)
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write tables of the ratios here.")
@click.option(
    "--rows",
    "which",
    type=click.Choice([MISSING, BEHIND, ALL]),
    default=MISSING,
    show_default=True,
    help="Which to measure: those that the JSON lacks, also those where Slipring is not clearly ahead, or all.",
)
@click.option("--minutes", default=1e6, help="Begin no further row after so long.  [default: no bound]")
def main(
    peers: str,
    workloads: str,
    stores: str,
    connections: str,
    seconds: float,
    warm_up_seconds: float,
    pairs: int,
    items: int,
    prepared: int,
    cores: str,
    endpoint: str | None,
    serve_flags: str,
    scratch: Path,
    report: Path | None,
    markdown: Path | None,
    which: str,
    minutes: float,
) -> None:
    """Run the same load on Slipring and on its peers, and print how many times as fast Slipring is.

    Servers are pinned to one set of cores and the load to another. Runs on both servers alternate; a ratio is the
    median of the pairs'.
    """
    server_cores, load_cores = (_cores(each) for each in cores.split(":"))
    plan = Plan(
        endpoint=Endpoint("127.0.0.1", 0, tls=False),
        credential=CREDENTIAL,
        workload="get",
        seconds=seconds,
        warm_up_seconds=warm_up_seconds,
        items=items,
        prepared=prepared,
        cores=load_cores,
    )
    scratch.mkdir(parents=True, exist_ok=True)
    record = Record(report)
    bench = Bench(
        workloads.split(","),
        [int(each) for each in connections.split(",")],
        plan,
        pairs,
        server_cores,
        scratch,
        tuple(shlex.split(serve_flags)),
        record,
        which,
        monotonic() + 60 * minutes,
    )
    for name in [endpoint] if endpoint else peers.split(","):
        for store in stores.split(","):
            _compare(bench, name, store)
    if markdown is not None:
        markdown.write_text(record.markdown(), encoding="utf-8")


def _cores(text: str) -> tuple[int, ...]:
    return tuple(int(core) for core in text.split(",") if core)


def _compare(bench: Bench, name: str, store: str) -> None:
    """Print one comparison, or a line that says why the peer cannot be had."""
    if not bench.wanted(name, store) or monotonic() > bench.until_s:
        return
    try:
        with _peer(bench, name, store) as (shown, theirs):
            if theirs is None:
                return
            comparison = bench.compare(Comparison(name, shown, store, yardstick=name == ECHO), theirs)
    except (InstallError, StartError, BenchError) as error:
        click.echo(f"{name}, {store}: {error}\n")
        return
    for line in comparison.lines():
        click.echo(line)
    click.echo("")


@contextmanager
def _peer(bench: Bench, name: str, store: str) -> Iterator[tuple[str, Running | None]]:
    """A running peer's version and address; no address if it does not keep its data in such a place."""
    if name == ECHO:
        with stub.serving(stub.HTTP, bench.server_cores) as server:
            yield "", Running(server.endpoint, server.pid)
    elif name not in PEERS:
        yield "", Running(Endpoint.parse(name))
    elif store not in PEERS[name].stores:
        yield "", None
    else:
        peer = PEERS[name]
        folder = install(peer, bench.scratch)
        where = {"installed": folder, "scratch": bench.scratch}
        with running(peer.start, **where, store=store, cores=bench.server_cores) as server:
            yield version(peer, folder), server


if __name__ == "__main__":
    main()
