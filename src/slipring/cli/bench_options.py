"""The flags of `slipring bench`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from slipring.bench.draws import DISTRIBUTIONS

DEFAULT_ENDPOINT = "http://127.0.0.1:8000"


def _cores(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        return tuple(int(core) for core in value.split(",") if core)
    except ValueError:
        raise click.BadParameter("cores are numbers with commas between them") from None


_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)

_OPTIONS = (
    click.option("--endpoint", default=DEFAULT_ENDPOINT, show_default=True, metavar="URL", help="The server to load."),
    click.option(
        "--workload",
        "workloads",
        multiple=True,
        metavar="NAME",
        help="What to ask for; may be given several times, or as 'all'.  [default: get; see --list]",
    ),
    click.option("--list", "list_workloads", is_flag=True, help="List the workloads and exit."),
    click.option("--connections", default=64, show_default=True, metavar="N", help="How many stay open, in all."),
    click.option(
        "--processes",
        default=max(1, (os.cpu_count() or 1) - 1),
        metavar="N",
        help="How many client processes share them.  [default: one for each core but one]",
    ),
    click.option("--seconds", default=10.0, show_default=True, help="How long to measure."),
    click.option("--count", type=int, metavar="N", help="Stop after so many requests."),
    click.option("--warm-up-seconds", default=2.0, show_default=True, help="How long to warm up before."),
    click.option(
        "--rate",
        type=float,
        metavar="N",
        help="Requests per second, due at fixed moments from which their latencies count (an open loop);"
        " without it every connection asks again once it is answered (a closed loop).",
    ),
    click.option("--items", default=10_000, show_default=True, metavar="N", help="How many items a table begins with."),
    click.option(
        "--distribution",
        type=click.Choice(DISTRIBUTIONS),
        help="How items are chosen.  [default: zipfian for YCSB, else uniform]",
    ),
    click.option(
        "--prepared",
        default=20_000,
        show_default=True,
        metavar="N",
        help="How many requests each process signs beforehand. They are sent in turn, again and again; the workloads"
        " put-new and delete, which cannot repeat themselves, end with them.",
    ),
    click.option("--seed", default=1, show_default=True, help="From which items are drawn."),
    click.option("--cores", default="", callback=_cores, metavar="N,N", help="The cores the clients stay on."),
    click.option(
        "--region", envvar="AWS_REGION", default="us-east-1", show_default=True, help="The region to sign for."
    ),
    click.option("--access-key", envvar="AWS_ACCESS_KEY_ID", default="slipring", help="Who signs."),
    click.option("--secret-key", envvar="AWS_SECRET_ACCESS_KEY", default="slipring", help="With what."),
    click.option("--session-token", envvar="AWS_SESSION_TOKEN", default="", help="Of temporary credentials."),
    click.option("--json", type=_FILE, help="Write everything that was measured to this file."),
    click.option("--plot", type=_FILE, help="Draw latency by percentile into this SVG file."),
    click.option(
        "--ceiling",
        is_flag=True,
        help="Ask a stub that answers at once instead of a server: what the client itself can do.",
    ),
)


def with_bench_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these flags, in this order in its help."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
