"""`slipring bench`: its flags, and what it prints."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from slipring import __version__
from slipring.bench import run, stub
from slipring.bench.endpoint import Endpoint
from slipring.bench.plan import BenchError, Plan
from slipring.bench.plot import svg
from slipring.bench.result import Result
from slipring.bench.signing import Credential
from slipring.bench.table import rows
from slipring.bench.workloads import WORKLOADS
from slipring.cli.options import CommandError, WrongSettings
from slipring.clock import SystemClock

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    Bar = ProgressBar[int]

_PARTS_PER_S = 10
"""How finely a bar shows the time."""


def run_flags(
    *,
    endpoint: str,
    workloads: tuple[str, ...],
    list_workloads: bool,
    region: str,
    access_key: str,
    secret_key: str,
    session_token: str,
    json: Path | None,
    plot: Path | None,
    ceiling: bool,
    **options: Any,
) -> None:
    """Do what the flags say; the further ones are those of a plan. Raises CommandError."""
    if list_workloads:
        _list_workloads()
        return
    try:
        address = Endpoint.parse(endpoint)
    except ValueError as error:
        raise WrongSettings(f"--endpoint: {error}") from None
    credential = Credential(access_key, secret_key, region, session_token)
    names = _names(workloads or ("get",))
    plans = [Plan(endpoint=address, credential=credential, workload=name, **options) for name in names]
    _report([_measured(plan, ceiling) for plan in plans], json, plot)


def _list_workloads() -> None:
    width = max(map(len, WORKLOADS))
    for each in WORKLOADS.values():
        click.echo(f"{each.name:{width}}  {each.summary}")


def _names(asked: Iterable[str]) -> list[str]:
    names = [name for each in asked for name in (WORKLOADS if each == "all" else [each])]
    for name in names:
        if name not in WORKLOADS:
            raise WrongSettings(f"--workload: there is no workload {name!r}; --list lists them")
    return names


def _measured(plan: Plan, ceiling: bool) -> Result:
    try:
        plan.check()
        if ceiling:
            with stub.serving(stub.BARE) as server:
                return _loaded(replace(plan, endpoint=server.endpoint), "slipring-bench")
        with run.table(plan) as table:
            with _bar(f"{plan.workload}: loading", plan.items_loaded) as bar:
                run.load(plan, table, bar.update if bar else _ignore)
            return _loaded(plan, table)
    except BenchError as error:
        raise CommandError(str(error)) from None


def _loaded(plan: Plan, table: str) -> Result:
    """The result of load on a table, with a bar that shows the time and the rate."""
    begun_s = told_s = SystemClock.monotonic()
    with _bar(plan.workload, int((plan.warm_up_seconds + plan.seconds) * _PARTS_PER_S)) as bar:

        def tell(answered: int) -> None:
            nonlocal told_s
            now_s = SystemClock.monotonic()
            if bar is not None and now_s > told_s:
                bar.label = f"{plan.workload}: {answered / (now_s - told_s):,.0f}/s"
                bar.update(int((now_s - begun_s) * _PARTS_PER_S) - bar.pos)
            told_s = now_s

        return run.measure(plan, table, 0, tell)


@contextmanager
def _bar(label: str, length: int) -> Iterator[Bar | None]:
    """A progress bar, where there is somebody to see it."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar


def _ignore(count: int) -> None:
    """Nobody wants to know."""


def _report(results: Sequence[Result], json: Path | None, picture: Path | None) -> None:
    for line in rows(results):
        click.echo(line)
    try:
        if json is not None:
            report = {"slipring": __version__, "results": [each.as_json() for each in results]}
            json.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        if picture is not None:
            picture.write_text(svg(results), encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}") from None
